"""Joint information of a batch, written from the formula."""

CHOICES = {}
