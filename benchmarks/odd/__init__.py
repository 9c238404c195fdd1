"""Odd and clean deliveries of a drawn landlord, written from the documents alone."""
