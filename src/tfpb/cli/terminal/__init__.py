"""The terminal: options shared, French messages, consoles, interruption."""
