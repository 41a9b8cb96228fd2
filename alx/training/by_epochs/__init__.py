"""Fits by epochs, with a share held out that says when to stop."""
