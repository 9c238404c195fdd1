"""Printed maps: the A4 page of a quarter and the overviews."""
