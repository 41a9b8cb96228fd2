"""Finds the images of a folder or file, whatever kind it is of."""

import pathlib

from alx.data.arrays import npz
from alx.data.dataset import bad_input
from alx.data.dicom import headers
from alx.data.files import visible
from alx.data.pictures.pictures import count_endings, is_picture
from alx.data.unlabelled import arrays, pictures, series, volumes
from alx.data.unlabelled.case import Cases, Wanted
from alx.data.volumes.nifti import stem

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
  return found._replace(notes=(*found.notes, *_others(path, files, found)))


def _others(path, files, found):
  """A line for images of other kinds, which are passed over, and what else."""
  read = {file for case in found.cases for file in case.files}
  flat = {file for file in files if is_picture(file)}
  if read & flat:
    others = [f for f in files if f not in flat and not _is_table(f)]
    what = count_endings(others)
  else:
    deep = {f for f in files if stem(f)}
    rest = [f for f in files if f not in deep | flat | read]
    series = sum(map(headers.is_dicom, rest)) if read & deep else 0
    counts = (series, "DICOM files"), (len(flat), "pictures")
    what = " and ".join(f"{n} {name}" for n, name in counts if n)
  return (f"{path}: {what} passed over",) if what else ()


def _is_table(file):
  return file.suffix.lower() in (".csv", ".json", ".txt", ".md")


def _found(path, files):
  if path.is_file():
    return "a file of another kind"
  names = [p.name for p in visible(path)]
  told = f"a folder with {names[:8]}: {count_endings(files)}"
  return told if files else "an empty folder"
