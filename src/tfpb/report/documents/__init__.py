"""Workbook, PDF and Word: renderers that know no domain."""
