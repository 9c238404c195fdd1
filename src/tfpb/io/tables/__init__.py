"""Tabular files: any file to text with its place, then to typed frames; tables out."""
