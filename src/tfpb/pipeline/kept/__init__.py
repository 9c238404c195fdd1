"""Results of stages kept from one run to the next, by the content of what they read."""
