"""What the law lists as data: maps of the quarters, lines of a notice."""
