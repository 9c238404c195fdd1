"""The address line taken apart: numbers, street, complement."""
