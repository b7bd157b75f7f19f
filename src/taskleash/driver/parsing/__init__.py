"""Files parsed in worker processes, here or on a cluster."""
