"""A run that mends: fixes made in memory, proved, and written."""
