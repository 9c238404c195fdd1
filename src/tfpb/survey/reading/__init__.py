"""From deliveries to one survey: columns, scales, sides, weights."""
