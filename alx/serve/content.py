"""Bytes that a viewer is sent: images, drafts, and what was answered."""

from typing import NamedTuple

import numpy as np

from alx.projects.answers.beside import read_bytes
from alx.projects.cases.targets import (
  encode_label,
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
  return label_content(service, sample.case, sample.draft_sha256, form)


def draft_or_empty(service: Service, sample: Sample, form: str) -> Content:
  """The draft of a sample, or a label map of the background alone."""
  found = draft_of(service, sample, form)
  if found is not None:
    return found
  case = service.project.state.cases[sample.case]
  grid = grid_of(case)
  label = np.zeros(grid.shape, np.uint8)
  if form == STORED or grid.affine is None:
    return _content(sample.case, suffix_of(case), encode_label(label, grid))
  data = nrrd.write(label, grid.affine, form != RAW)
  return _content(sample.case, ".nrrd", data)


def answer_of(
  service: Service, sample: Sample, form: str = STORED
) -> Content | None:
  """What the reader has answered last in this round; None: nothing yet."""
  state = service.project.state
  answers = state.submissions.get((sample.case, sample.reader), ())
  mine = [s for s in answers if s.round == sample.round]
  if not mine or not isinstance(mine[-1].label, str):
    return None
  return label_content(service, sample.case, mine[-1].label, form)


def label_content(
  service: Service, case: str, sha256: str, form: str = STORED
) -> Content:
  """A label map that is kept, see `draft_of`."""
  about = service.project.state.cases[case].about
  if form == STORED or about["affine"] is None:
    suffix = suffix_of(service.project.state.cases[case])
    return _content(case, suffix, service.project.get(sha256))
  label = label_of(service.project, case, sha256)
  data = nrrd.write(label, np.array(about["affine"]), form != RAW)
  return _content(case, ".nrrd", data)


def _content(case, suffix, data):
  return Content(f"{case}{suffix}", _MEDIA[suffix], data)
