"""Data sets that are made, not read."""

from alx.data.phantom.phantom import make_phantom
from alx.data.phantom.screening import Screening, Site, make_screening

__all__ = ["Screening", "Site", "make_phantom", "make_screening"]
