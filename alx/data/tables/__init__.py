"""Pictures whose classes, patients and parts a table has."""
