"""What the verdicts come to: a score card, the long-running tasks, a plan."""
