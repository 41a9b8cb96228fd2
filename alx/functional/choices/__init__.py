"""Choices: from arrays to items."""
