"""Images without labels, for a model that is there: found, read, put back."""
