"""What becomes of a task on each way through its function and its owner's teardown."""
