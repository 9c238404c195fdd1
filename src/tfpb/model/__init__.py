"""Values that stages hand on: contracts, codes, results."""
