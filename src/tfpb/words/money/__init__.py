"""Sentences about the abatement, the programme and their balance."""
