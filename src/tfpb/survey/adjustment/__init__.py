"""Like with like: standardisation, regression, and what a figure is set beside."""
