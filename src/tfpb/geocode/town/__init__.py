"""Communes: which one a row, or the words of a whole line, lies in."""
