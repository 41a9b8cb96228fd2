"""The truth of a project: a hash-chained log of events, and blobs by content."""
