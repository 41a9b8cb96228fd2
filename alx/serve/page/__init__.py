"""The page on which people label in a browser."""
