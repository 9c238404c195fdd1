"""Files that go with a dossier: photographs, and the folder of pieces."""
