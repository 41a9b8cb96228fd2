"""What one label is in a run: the units of its pool, and what they cost."""
