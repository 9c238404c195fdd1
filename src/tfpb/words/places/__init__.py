"""Sentences about addresses, limits, sides and maps."""
