"""Sections on the abatement, the programme and droit commun."""
