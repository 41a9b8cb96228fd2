"""Rounds on volumes that are read block by block and never loaded."""
