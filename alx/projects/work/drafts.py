"""What a version of the model says of cases, before a reader sees them."""

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from alx.data.volumes import nifti
from alx.projects.cases.targets import encode_label, files_of, grid_of
from alx.projects.store.project import Project
from alx.projects.store.state import Draft
from alx.projects.work import learn
from alx.projects.work.fit import folder_of, load_as
from alx.runs.use.program import make_program, predict_block
from alx.runs.use.trained import wanted_of


def predict(
  project: Project, version: int, uids: Sequence[str]
) -> Iterator[tuple[str, np.ndarray, dict]]:
  """(uid, classes on the axes of its file or one class, summary) of each.

  Raises:
    DataError: an image or a version that is not what it was.
    Diverged: the model gives no numbers.
  """
  digest = project.state.models[version].about["parameters"]
  trained, program = _ready(folder_of(project, version), digest)
  read = learn.reader_of(project, wanted_of(trained))
  for number, uid in enumerate(uids):
    loaded = read(uid)
    (found,) = predict_block(trained, program, [loaded], [number], 1)
    entropy = np.asarray(found.uncertainty["entropy"])
    summary = {"entropy_mean": round(float(entropy.mean()), 6)}
    if project.segments:
      inside = found.classes > 0
      mean = float(entropy[inside].mean()) if inside.any() else 0.0
      summary["entropy_foreground"] = round(mean, 6)
      classes = in_file(project, uid, found.classes)
    else:
      classes = found.classes
      summary["probabilities"] = [round(float(p), 6) for p in found.probs]
    yield uid, classes, summary


@functools.lru_cache(maxsize=2)
def _ready(folder, digest):
  """(a version, its program), which of two is not compiled again either."""
  trained = load_as(folder, digest)
  return trained, make_program(trained, 0)


def in_file(project: Project, uid: str, classes: np.ndarray) -> np.ndarray:
  """A map that has the axes of memory, on those of the file."""
  case = project.state.cases[uid]
  if case.about["affine"] is None:
    return classes
  first = files_of(project, case)[0]
  return np.ascontiguousarray(nifti.as_in_file(classes, first))


def make_drafts(
  project: Project, version: int, uids: Sequence[str]
) -> dict[str, Draft]:
  """Drafts of cases, kept as blobs; none of version 0."""
  if not version:
    return {}
  found = {}
  for uid, classes, summary in predict(project, version, uids):
    if not project.segments:
      found[uid] = Draft("", version, int(classes), summary)
      continue
    grid = grid_of(project.state.cases[uid])
    content = encode_label(classes, grid)
    found[uid] = Draft(project.put(content), version, None, summary)
  return found
