"""Acquisitions that are made of others."""
