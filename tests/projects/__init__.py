"""Projects: what they hold, and what they hold for."""
