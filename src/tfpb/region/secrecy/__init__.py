"""One secrecy over all outputs of a region."""
