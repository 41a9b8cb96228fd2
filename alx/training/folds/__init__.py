"""Models of a part of the labelled items, tried on the rest of them."""
