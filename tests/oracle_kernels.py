"""Submodular sets, kernels and determinants, written from the formula."""

CHOICES = {}
