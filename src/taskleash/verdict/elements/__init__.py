"""Containers of tasks: which of them an operation sees to, and what takes them out."""
