"""The region: several bailleurs in one run, one secrecy over all that is published."""
