"""Gradients and Fisher information, written from the formula."""

CHOICES = {}
