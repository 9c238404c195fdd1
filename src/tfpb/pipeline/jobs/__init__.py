"""A user's own files through a part of the stages: read, run up to a goal, write."""
