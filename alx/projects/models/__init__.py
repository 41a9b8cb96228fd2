"""Frozen cases, versions that never change, and the gate between them."""
