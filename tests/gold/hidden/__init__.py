"""Pages that hide a link, and pages that only fold one away: made here, so the answers are known."""
