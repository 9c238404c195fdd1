"""French sentences, one file a subject; the only place where prose is made."""
