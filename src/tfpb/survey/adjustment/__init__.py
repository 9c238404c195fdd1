"""Like with like: standardisation, regression, outside marks."""
