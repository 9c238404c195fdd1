"""The screens, in the order of the work: each reads what it shows and does what its form asks."""
