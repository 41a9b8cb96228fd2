"""Passes, seeds and pools over devices and processes; the only pmap."""
