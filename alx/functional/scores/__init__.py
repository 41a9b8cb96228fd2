"""Scores: one number per item, and what gradients are made of."""
