"""On which side of a quarter’s limit a point lies, with the doubt kept; pure."""
