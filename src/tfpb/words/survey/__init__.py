"""Sentences about the survey: shares, gaps, verdicts."""
