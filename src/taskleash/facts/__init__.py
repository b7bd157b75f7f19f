"""What one file says: one libcst pass turns source into plain, serialisable facts."""
