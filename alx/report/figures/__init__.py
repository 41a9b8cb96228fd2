"""What a page shows: curves, pictures of items, galleries."""
