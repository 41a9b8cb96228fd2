"""What is measured: its names, and the choice among its numbers."""
