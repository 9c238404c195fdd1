"""One file a subject: the dossier to a section."""
