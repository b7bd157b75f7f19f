"""Whether a task that nobody holds lives on: what it waits for, and who holds that."""
