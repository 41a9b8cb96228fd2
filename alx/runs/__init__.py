"""A run on disk: settings, the problem, rounds, records, pages."""
