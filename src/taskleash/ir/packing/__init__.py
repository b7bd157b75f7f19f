"""Facts as bytes and back, for pipes and caches; nothing of them is run."""
