"""Where a run is written if nobody says it: a folder named after the data."""

import os
import pathlib

from alx.data import files
from alx.runs.settings.config import absolute_path

_ENDINGS = (".nii.gz", ".tar.gz", ".nii", ".npz", ".npy", ".zip", ".csv")


def stem_of(data: str) -> str:
  """The name of a data set, for a folder: of its file without the ending."""
  name = pathlib.Path(os.path.abspath(data)).name
  ending = next((e for e in _ENDINGS if name.lower().endswith(e)), "")
  stem = name[: len(name) - len(ending)]
  # "...npz" is no hidden folder, no folder above, and not the one of all runs
  return stem if stem.strip(".") else name.strip(".") or "data"


def workdir_of(data: str, given: str | None) -> pathlib.Path:
  """The directory of a run: as given, or runs/NAME-OF-DATA.

  A run of these data that is found where names once ended at their first dot
  goes on there.

  Raises:
    ValueError: if no data are named.
  """
  if given:
    return pathlib.Path(given).expanduser()
  if not data:
    raise ValueError("this preset wants --data=PATH")
  new = pathlib.Path("runs", stem_of(data))
  first = pathlib.Path(data).resolve().name.split(".")[0]
  if new.exists() or not first:
    return new
  old = pathlib.Path("runs", first)
  known = (files.read_json(old / "config.json") or {}).get("data")
  return old if known and absolute_path(known) == absolute_path(data) else new
