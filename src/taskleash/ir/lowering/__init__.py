"""From a syntax tree to facts: one pass of libcst's tree, function by function."""
