"""Makes the fictional commune of the example: everything here is invented."""
