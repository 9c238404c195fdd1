"""Surveys of invented populations: every answer known, files as a user holds them, rows scored."""
