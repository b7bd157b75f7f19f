"""Feature flags: from settings files and options to their values."""
