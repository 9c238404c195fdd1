"""The page of a region: the dossiers of its bailleurs, opened as any other, and what joins them."""
