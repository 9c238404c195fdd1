"""From deliveries to one survey: columns, scales, located sides, weights; the draft of a plan."""
