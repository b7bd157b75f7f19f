"""What one file says: its source lowered to plain data, without a node of the syntax tree."""
