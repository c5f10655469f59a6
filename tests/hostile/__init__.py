"""Pages and responses made to do harm: how they are made, and what they may cost."""
