"""Trees of files, new code in them, and the names that it takes."""
