"""The truth of a project: a chained log of events, blobs by content."""
