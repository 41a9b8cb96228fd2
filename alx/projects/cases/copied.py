"""The images of a project as files in its folder, and what cannot be one."""

import pathlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.data.files import write_bytes
from alx.projects.cases import reasons
from alx.projects.cases.found import PICTURE, Images
from alx.projects.store.blobs import digest, put
from alx.projects.store.project import IMAGES


class Copied(NamedTuple):
  """What was made of images."""

  events: list[tuple[str, dict]]  # case_added or quarantined, one of each image
  lines: list[str]  # why some are left out, with the names of their files
  kept: list[int]  # places of the others


def copy(
  folder: pathlib.Path,
  images: Images,
  uids: Sequence[str],
  patients: Sequence[str],
  strata: Sequence[str],
  progress: Callable,
) -> Copied:
  """Writes the files of all images that can be cases of one project.

  Args:
    folder: of the project.
    images: N of them.
    uids: N.
    patients: N, or "".
    strata: N, or "".
    progress: around the images.
  """
  found, wrong, made = {}, {}, Copied([], [], [])
  for place, one in progress(
    list(enumerate(images.found)), description="copying"
  ):
    try:
      found[place] = _keep(folder, uids[place], one.read(), patients[place])
    except (DataError, MemoryError) as error:
      wrong[place] = error
  wrong |= _of_other_channels(folder, images, found)
  for place, one in enumerate(images.found):
    if place in wrong:
      made.lines.append(str(wrong[place]))
      about = {"item": place + 1, "reason": _reason(one, wrong[place])}
      made.events.append(("quarantined", about))
      continue
    about = found[place] | ({"stratum": strata[place]} if strata[place] else {})
    made.events.append(("case_added", about | {"kind": images.kind}))
    made.kept.append(place)
  return made


def _reason(one, error):
  names = reasons.names_in((one.file, *one.others)) | {one.id}
  return reasons.of_error(error, names)


def _of_other_channels(folder, images, found):
  """Takes away volumes that have not as many as most; why, by place.

  No network reads both, and no exported folder holds both.
  """
  counts = Counter(about["channels"] for about in found.values())
  if images.kind == PICTURE or len(counts) < 2:
    return {}
  most = counts.most_common(1)[0][0]
  wrong = {}
  for place, about in found.items():
    if about["channels"] != most:
      wanted = f"as many channels as the other images have, {most}"
      file = images.found[place].file
      wrong[place] = bad_input(file, wanted, about["channels"])
      for name in about["files"]:
        (folder / IMAGES / name).unlink()
  return wrong


def _keep(folder, uid, content, patient):
  """Writes the files of an image; what `case_added` tells of it."""
  names = [
    f"{uid}_{n:04d}{content.suffix}"
    if content.suffix != ".png"
    else f"{uid}{content.suffix}"
    for n in range(len(content.files))
  ]
  (folder / IMAGES).mkdir(parents=True, exist_ok=True)
  source = {"dicom": put(folder, content.source)} if content.source else {}
  for name, one in zip(names, content.files, strict=True):
    write_bytes(folder / IMAGES / name, one)
  affine = None if content.affine is None else np.asarray(content.affine)
  return {
    "case": uid,
    "files": names,
    "image_sha256": [digest(one) for one in content.files],
    "shape": [int(n) for n in content.shape],
    "affine": None if affine is None else affine.tolist(),
    "channels": int(content.channels),
    "patient": patient,
    **source,
  }
