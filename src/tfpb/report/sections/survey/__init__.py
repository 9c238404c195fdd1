"""Sections on satisfaction: comparison, change, evaluation."""
