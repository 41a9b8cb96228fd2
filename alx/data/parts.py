"""Names of the folders that a data set is parted into."""

import pathlib

from alx.data.files import visible

PARTS = {  # train 0, val 1, test 2
  "train": 0,
  "training": 0,
  "val": 1,
  "valid": 1,
  "validation": 1,
  "test": 2,
  "testing": 2,
}


def subfolders(path: pathlib.Path) -> list[pathlib.Path]:
  """Folders in a folder that are not hidden, sorted."""
  return [p for p in visible(path) if p.is_dir()]
