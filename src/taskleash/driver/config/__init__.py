"""Configuration: files found, read, checked and layered; see `keys` for what can be set."""
