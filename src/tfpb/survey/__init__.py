"""Survey statistics: deliveries in, protected tables out."""
