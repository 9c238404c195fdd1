"""From an address line to a point, with its evidence; pure."""
