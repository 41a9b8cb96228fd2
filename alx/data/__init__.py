"""Reads medical images with their labels into NumPy arrays on the host."""

from alx.data.dataset import DataError, Dataset
from alx.data.kinds import load
from alx.data.split import Split, split

__all__ = ["DataError", "Dataset", "Split", "load", "split"]
