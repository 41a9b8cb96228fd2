"""The words of `alx project`, and their flags."""
