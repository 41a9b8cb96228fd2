"""Clusters and density, written from the formula."""

CHOICES = {}
