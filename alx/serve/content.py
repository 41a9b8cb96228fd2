"""Bytes that a viewer is sent: images, drafts, and what was answered."""

from typing import NamedTuple

import numpy as np

from alx.projects.answers.beside import read_bytes
from alx.projects.cases.targets import (
  empty_label,
  files_of,
  grid_of,
  label_of,
  suffix_of,
)
from alx.projects.exchange import nrrd
from alx.projects.exchange.refused import Refused
from alx.serve.desk import Sample, Service

STORED, NRRD, RAW = "stored", "nrrd", "nrrd_raw"
_MEDIA = {
  ".nii.gz": "application/gzip",
  ".png": "image/png",
  ".nrrd": "application/octet-stream",
}


class Content(NamedTuple):
  """A file to send."""

  name: str
  media: str  # type
  data: bytes


def image_of(
  service: Service, case: str, channel: int = 0, name: str = ""
) -> Content:
  """The image of a case, NIfTI or PNG.

  Args:
    service: the project.
    case: of a sample.
    channel: of several; each is a file.
    name: what the reader knows it by; "": as it is called.

  Raises:
    Refused: 404 for a channel that is not there.
  """
  found = service.project.state.cases[case]
  files = files_of(service.project, found)
  if not 0 <= channel < len(files):
    raise Refused(404, f"wanted a channel from 0 to {len(files) - 1}")
  data = read_bytes(files[channel])
  return _content(name or case, suffix_of(found), data)


def draft_of(
  service: Service, sample: Sample, form: str = STORED
) -> Content | None:
  """The draft of a sample; None: it has none, or it is withheld.

  Args:
    service: the project.
    sample: see `desk.sample_of`.
    form: STORED, as the project keeps it, NIfTI or PNG; of volumes NRRD, whose
      voxels are gzipped, and RAW, whose are not.
  """
  if not sample.draft_sha256:
    return None
  shown = sample.draft_sha256, form, sample.name
  return label_content(service, sample.case, *shown)


def draft_or_empty(service: Service, sample: Sample, form: str) -> Content:
  """The draft of a sample, or a label map of the background alone."""
  found = draft_of(service, sample, form)
  if found is not None:
    return found
  case = service.project.state.cases[sample.case]
  if form == STORED or case.about["affine"] is None:
    return _content(sample.name, suffix_of(case), empty_label(case))
  return _as_nrrd(
    case, sample.name, np.zeros(grid_of(case).shape, np.uint8), form
  )


def _as_nrrd(case, name, label, form):
  data = nrrd.write(label, grid_of(case).affine, form != RAW)
  return _content(name, ".nrrd", data)


def answer_of(
  service: Service, sample: Sample, form: str = STORED
) -> Content | None:
  """What the reader has answered last in this round; None: nothing yet."""
  state = service.project.state
  answers = state.submissions.get((sample.case, sample.reader), ())
  mine = [s for s in answers if s.round == sample.round]
  if not mine or not isinstance(mine[-1].label, str):
    return None
  shown = mine[-1].label, form, sample.name
  return label_content(service, sample.case, *shown)


def label_content(
  service: Service, uid: str, sha256: str, form: str = STORED, name: str = ""
) -> Content:
  """A label map that is kept, see `draft_of`.

  Args:
    service: the project.
    uid: of the case.
    sha256: of the label map.
    form: see `draft_of`.
    name: what the reader knows the case by; "": as it is called.
  """
  case, name = service.project.state.cases[uid], name or uid
  if form == STORED or case.about["affine"] is None:
    return _content(name, suffix_of(case), service.project.get(sha256))
  label = label_of(service.project, uid, sha256)
  return _as_nrrd(case, name, label, form)


def _content(case, suffix, data):
  return Content(f"{case}{suffix}", _MEDIA[suffix], data)
