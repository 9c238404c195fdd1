"""The dossier said as sections, tables, charts and maps, and rendered."""
