"""Settings and orchestration: from paths on the command line to a report."""
