"""The machine a run works on: memory that is free, temporary folders, places of output held."""
