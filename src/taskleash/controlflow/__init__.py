"""What holds in every function whatever it is about: its control-flow graph, and paths along it."""
