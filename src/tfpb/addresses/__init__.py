"""The address base: index, file formats, the national service."""
