"""Disclosure control: cells, sums, masks, and the only way out of the survey."""
