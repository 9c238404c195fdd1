"""Like with like, and what a figure is set beside."""
