"""Importers and parsers under hostile bytes: `make fuzz` runs each for its share of the time."""
