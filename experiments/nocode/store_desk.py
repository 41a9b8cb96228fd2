"""A simulated reader who works in the folders of a project, as a person does.

Each round is leased in the project's log and written as a folder; the reader
opens the draft there, writes into out/READER, and the project's own import
takes it, or refuses it. What the loop learns from is what the store holds.
"""

import hashlib
import pathlib
import shutil
from collections.abc import Sequence

import numpy as np

from alx.data.dataset import bad_input
from alx.data.masks.files import read_mask
from alx.data.unlabelled.pictures import encode
from alx.data.volumes import nifti
from alx.effort import edit_of
from alx.effort.readers import Answer, habits_of
from alx.projects import Settings, begin, final_label, import_rounds, working
from alx.projects.cases.targets import (
  encode_label,
  grid_of,
  label_of,
  suffix_of,
)
from alx.runs.compare import Comparison
from alx.runs.disk.store import write_bytes, write_json
from experiments.nocode.desk import Case, Desk, memory_desk
from experiments.nocode.plan import Row

_TAKEN = ("accepted", "repaired")


def store_desk(row: Row, ready: Comparison, plane: int | str | None) -> Desk:
  """A project of the pool of a row, under its data set's folder.

  Args:
    row: what is played; its project is begun anew.
    ready: with the pool.
    plane: contours are drawn in.

  Raises:
    DataError: for images that a project cannot hold.
  """
  folder = ready.workdir / "projects" / row.name
  images = folder.with_name(f"{row.name}-images")
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  names = {dataset.ids[i]: f"item{n:05d}" for n, i in enumerate(pool)}
  for left in (folder, images):
    shutil.rmtree(left, ignore_errors=True)  # of a row that was killed
  for place in pool:
    name = names[dataset.ids[place]]
    _write_image(
      images / name, dataset.images[place], dataset.spacing_mm[place]
    )
  settings = Settings(
    str(images),
    tuple(dataset.class_names),
    task="segmentation",
    readers=(row.reader,),
    validation=0.0,
    keep_names=True,
    seed=row.seed,
  )
  begin(folder, settings)
  shutil.rmtree(images)
  reader = memory_desk(row, ready, plane)

  def read(cases, drafts):
    with working(folder) as project:
      uids = [names[case.name] for case in cases]
      number = _lease(project, row.reader, uids, drafts)
      path = folder / "rounds" / f"round_{number:03d}"
      import_rounds(project, path)  # writes the folder, finds no answer
      answers = [
        _answer(project, path / "out" / row.reader, uid, case, reader)
        for uid, case in zip(uids, cases, strict=True)
      ]
      _check(path, import_rounds(project, path))
      return [
        _as_stored(project, uid, case, draft, answer, row.reader, plane)
        for uid, case, draft, answer in zip(
          uids, cases, drafts, answers, strict=True
        )
      ]

  return read


def _write_image(stem, image, spacing):
  """One image without a header that tells more than its voxels."""
  image = np.asarray(image)[..., 0]
  if image.ndim == 3:
    content = nifti.with_spacing(image.astype(np.float32), spacing)
    write_bytes(stem.with_name(f"{stem.name}.nii.gz"), content)
    return
  low, high = float(image.min()), float(image.max())
  gray = (image.astype(float) - low) / ((high - low) or 1.0)
  content = encode(np.rint(255 * gray).astype(np.uint8))
  write_bytes(stem.with_name(f"{stem.name}.png"), content)


def _lease(project, reader, uids, drafts):
  """Adds the round to the log, with the drafts as blobs; its number."""
  number, version = max(project.state.rounds, default=0) + 1, 0
  contents = [
    None if d is None else encode_label(d, grid_of(project.state.cases[u]))
    for u, d in zip(uids, drafts, strict=True)
  ]
  if any(contents):
    version = max(project.state.models, default=0) + 1
    project.add(("fit_done", _version(project, version, contents)))
  about = {
    "round": number,
    "model": version,
    "method": "simulated",
    "cases": len(uids),
    "label_map_sha256": project.settings["label_map_sha256"],
  }
  leases = [
    ("leased", _leased(project, number, rank, reader, uid, content, version))
    for rank, (uid, content) in enumerate(zip(uids, contents, strict=True), 1)
  ]
  project.add(("round_made", about), *leases)
  return number


def _version(project, version, contents):
  """What the log says of a model whose weights are not in the project."""
  said = hashlib.sha256(b"".join(c or b"" for c in contents)).hexdigest()
  return {
    **{"version": version, "parameters": said, "files": {}},
    **{"labels": len(project.state.submissions), "labels_sha256": said},
    "label_map_sha256": project.settings["label_map_sha256"],
    "update": "scratch",
  }


def _leased(project, number, rank, reader, uid, content, version):
  draft = None
  if content:
    draft = {"sha256": project.put(content), "model": version, "summary": {}}
  return {
    **{"case": uid, "reader": reader, "round": number, "rank": rank},
    **{"reason": "simulated", "stratum": "query", "draft": draft},
    "arm": "draft" if draft else "blind",
  }


def _answer(project, out, uid, case: Case, reader: Desk) -> Answer:
  """The person: opens the draft, writes a label map into out/READER."""
  about = project.state.cases[uid]
  suffix, grid = suffix_of(about), grid_of(about)
  shown = out.parents[1] / "drafts" / f"{uid}{suffix}"
  draft = _open(shown, suffix) if shown.exists() else None
  (answer,) = reader([case], [draft])
  content = encode_label(answer.label, grid)
  if answer.decision == "accept":
    content = shown.read_bytes()
  write_bytes(out / f"{uid}{suffix}", content)
  beside = {"decision": "values_checked"}
  if not answer.label.any():
    beside = {"decision": "empty values_checked", "nothing_to_label": True}
  write_json(out / f"{uid}.json", beside | {"values_checked": True})
  return answer


def _open(file: pathlib.Path, suffix: str) -> np.ndarray:
  if suffix == ".nii.gz":
    return nifti.read_label(file).array.astype(np.uint8)
  return read_mask(file).values.astype(np.uint8)


def _check(path, lines: Sequence):
  """Raises DataError for an answer that the project did not take."""
  for line in lines:
    if line.status not in _TAKEN:
      raise bad_input(
        path / "out" / line.reader / line.what, "taken", line.line
      )


def _as_stored(project, uid, case, draft, answer, reader, plane):
  """The answer as the store holds it."""
  stored = final_label(project.state, uid)
  label = label_of(project, uid, stored.label)
  if not np.array_equal(label, answer.label):
    raise bad_input(uid, "the label as it was written", "another in the store")
  if answer.decision != "edit":
    return answer
  edit = edit_of(
    draft,
    label,
    len(project.class_names),
    spacing_mm=case.spacing_mm,
    plane=plane if label.ndim == 3 else None,
    tolerance_mm=habits_of(reader).tolerance,
  )
  return answer._replace(edit=edit)
