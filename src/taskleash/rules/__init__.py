"""One file a rule: its page, its metadata and its check."""
