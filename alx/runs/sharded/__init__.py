"""Rounds on embeddings that are shared out over processes."""
