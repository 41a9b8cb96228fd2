"""Distances, neighbours and similarities of items, exact and in blocks."""
