"""How many interviews a demonstration takes."""
