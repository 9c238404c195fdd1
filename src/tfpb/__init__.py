"""tfpb: the evidence for the abatement of TFPB in the quartiers prioritaires."""

__version__ = "0.4.0"
