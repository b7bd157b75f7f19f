"""What is not known of a site: no finding rests on it."""
