"""Fictional landlords played by the commands, their truth kept apart from their files."""
