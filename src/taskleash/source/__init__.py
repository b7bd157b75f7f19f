"""What is read: which files, their bytes and text, and the suppressions written in them."""
