"""Pools that stay where they are: items read block by block."""
