"""What names, terms and calls of a program stand for: modules, classes, types, the call graph."""
