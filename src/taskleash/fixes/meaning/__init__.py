"""What the code around a task means for its fix: what its work does, and who sees that."""
