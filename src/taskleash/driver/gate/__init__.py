"""What a check reports of all that was found."""
