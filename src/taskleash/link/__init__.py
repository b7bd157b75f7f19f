"""What the program says: names, classes, wrappers and the way every handle takes through them."""
