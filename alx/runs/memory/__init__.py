"""Memory of a fit: told before it begins, refused where it is too much."""
