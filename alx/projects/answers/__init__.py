"""What readers send back: one answer, those of a round, a timed viewer."""
