"""Randomised, stratified and balanced choices, written from the formula."""

CHOICES = {}
