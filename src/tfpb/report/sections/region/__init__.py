"""Sections of the region: restitution, position of a bailleur, sheet of a contrat de ville."""
