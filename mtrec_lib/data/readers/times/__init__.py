"""Times as text and as numbers: formats and units."""
