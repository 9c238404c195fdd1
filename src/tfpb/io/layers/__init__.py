"""Map layers in and out: polygons of perimeters, points as tables."""
