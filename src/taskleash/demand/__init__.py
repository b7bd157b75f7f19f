"""Which further files could change a verdict, and why."""
