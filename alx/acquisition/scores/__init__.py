"""One number of each item, or what it is made of; from scores to items."""
