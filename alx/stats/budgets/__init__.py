"""Curves over a budget of labels: areas, labels needed, savings."""
