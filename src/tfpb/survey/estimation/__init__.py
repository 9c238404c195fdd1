"""Design-based estimates, their variance and intervals."""
