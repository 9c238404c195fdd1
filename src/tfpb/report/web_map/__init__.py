"""The web map carte.html."""
