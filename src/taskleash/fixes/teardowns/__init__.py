"""Where a class takes its tasks down, and by which lines."""
