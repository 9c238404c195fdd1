"""Faults and doubts in French: the catalogue, one file a subject."""
