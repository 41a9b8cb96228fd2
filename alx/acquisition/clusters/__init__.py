"""Clusters and densities, and draws that keep a distance."""
