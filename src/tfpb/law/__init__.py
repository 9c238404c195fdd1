"""Dated legal values with their references."""
