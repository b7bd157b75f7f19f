"""What feature flags keep from running."""
