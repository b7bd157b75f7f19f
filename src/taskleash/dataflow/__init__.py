"""What holds in every function whatever it is about: control flow, dominance, paths."""
