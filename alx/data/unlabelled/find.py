"""Finds the images of a folder or file, whatever kind it is of."""

import pathlib

from alx.data.arrays import npz
from alx.data.dataset import bad_input
from alx.data.files import visible
from alx.data.pictures.pictures import count_endings
from alx.data.unlabelled import arrays, pictures, series, volumes
from alx.data.unlabelled.case import Cases, Wanted

_KINDS = (
  "NIfTI volumes, DICOM series, pictures, or an .npz of images: in a folder, "
  "in folders below it, or one file"
)


def find(
  path: pathlib.Path,
  wanted: Wanted,
  without: pathlib.Path,
  where: str = "",
) -> Cases:
  """The images to predict; nothing of them is read but an .npz.

  Args:
    path: a folder or a file.
    wanted: what the model was trained on.
    without: a folder whose files are none of them.
    where: of an .npz, see `arrays.find`.

  Raises:
    DataError: nothing that is known, or two images of one name.
  """
  if path.is_file() and npz.is_npz(path):
    return arrays.find(path, wanted, where)
  if where:
    raise bad_input(path, "an .npz file to use where on", "another kind")
  if not path.exists():
    raise bad_input(path, _KINDS, "nothing")
  files = volumes.files_below(path, without)
  kinds = (volumes, series, pictures)
  looked = (kind.find(files, path, wanted) for kind in kinds)
  found = next(filter(None, looked), None)
  if found is None:
    raise bad_input(path, _KINDS, _found(path, files))
  return found


def _found(path, files):
  if path.is_file():
    return "a file of another kind"
  names = [p.name for p in visible(path)]
  told = f"a folder with {names[:8]}: {count_endings(files)}"
  return told if files else "an empty folder"
