"""Volumes converted once into chunks, read when they are asked for."""
