"""The way that every handle takes through the program: value flow, places, wrappers."""
