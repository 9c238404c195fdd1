"""How many interviews a demonstration takes: the survey to come."""
