"""Which files are read, in rounds, until nothing more is asked for."""
