"""A data set that is made, not read."""

from alx.data.phantom.phantom import make_phantom

__all__ = ["make_phantom"]
