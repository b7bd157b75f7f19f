"""The run-time side: what the tasks of a running program really do, counted per spawn site."""
