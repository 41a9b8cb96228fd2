"""A round as a folder that people can be sent, made of the log alone."""

import json
import pathlib

from alx import csv_table
from alx.data.files import whole_folder
from alx.projects.cases import units
from alx.projects.cases.targets import (
  encode_label,
  files_of,
  grid_of,
  suffix_of,
)
from alx.projects.exchange import label_map
from alx.projects.rounds import readme, sheet
from alx.projects.store.project import ROUNDS, Project
from alx.projects.store.state import Task
from alx.runs.disk.store import write_bytes

WORKLIST = "worklist.csv"
COLUMNS = (
  *("uid", "image", "draft", "labels_out", "priority", "stratum", "reader"),
  *("status", "minutes", "decision", "comment"),
)
MORE = {"segmentation": ("reason",), "classification": ("reason", "label")}


def path_of(project: Project, number: int) -> pathlib.Path:
  """Where a round is."""
  return project.folder / ROUNDS / f"round_{number:03d}"


def write_missing(project: Project) -> list[str]:
  """Writes rounds that a kill left without a folder; a line for each."""
  lines = []
  for number in sorted(project.state.rounds):
    if not path_of(project, number).exists():
      path = write(project, number)
      lines.append(f"{path.name}: its folder was not there, written anew")
  return lines


def write(project: Project, number: int) -> pathlib.Path:
  """The folder of a round, whole or not at all.

  Raises:
    OSError: a full disk; nothing of the folder is left.
    DataError: an image or a draft that is not what it was.
  """
  place = path_of(project, number)
  with whole_folder(place) as partial:
    for name, content in _files(project, number).items():
      write_bytes(partial / name, content)
    _copy_images(project, number, partial)
  return place


def _files(project, number):
  made = project.state.rounds[number]
  labels = label_map.make(project.class_names, "classes", project.segments)
  files = {
    f"labels/{name}": content
    for name, content in label_map.files(labels).items()
  }
  files["dataset.json"] = _json(_dataset(project, made, labels))
  files[WORKLIST] = worklist(project, made.tasks)
  for reader in dict.fromkeys(task.reader for task in made.tasks):
    mine = [task for task in made.tasks if task.reader == reader]
    files[f"out/{reader}/{WORKLIST}"] = worklist(project, mine)
  for task in made.tasks:
    if task.shown and project.segments:
      name = f"drafts/{task.uid}{_suffix(project, task)}"
      files[name] = project.get(task.draft.sha256)
      files[f"drafts/{task.uid}.json"] = _json(_about_draft(project, task))
  for task in made.tasks:
    if task.units:
      grid = grid_of(project.state.cases[task.uid])
      mask = units.mask_of(task.units, grid.shape).astype("uint8")
      files[f"units/{task.name}{_suffix(project, task)}"] = encode_label(
        mask, grid
      )
  if not project.segments:
    files |= sheet.files(project, made.tasks)
  files["README.txt"] = readme.text(project, made).encode()
  return files


def _json(value):
  return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _suffix(project, task):
  return suffix_of(project.state.cases[task.uid])


def image_name(
  project: Project, uid: str, channel: int = 0, name: str = ""
) -> str:
  """UID_0000.nii.gz, as nnU-Net wants it; of a repeat by its other name."""
  case = project.state.cases[uid]
  return f"{name or uid}_{channel:04d}{suffix_of(case)}"


def worklist(project: Project, tasks) -> bytes:
  """The CSV of some tasks, by rank."""
  rows = [_row(project, task) for task in tasks]
  head = (*COLUMNS, *MORE[project.settings["task"]])
  if project.by_units:
    head = (*head, "units")
  return csv_table.encode(csv_table.to_text(head, rows))


def _row(project, task):
  suffix = _suffix(project, task)
  out = f"out/{task.reader}"
  row = {
    "uid": task.name,
    "image": f"imagesTr/{image_name(project, task.uid, name=task.name)}",
    "draft": "",
    "labels_out": f"{out}/{task.name}{suffix}",
    "priority": task.rank,
    "stratum": stratum_of(project, task),
    "reader": task.reader,
    "status": "todo",
    "reason": task.reason,
  }
  if project.by_units:
    shape = project.state.cases[task.uid].about["shape"]
    row["units"] = units.text_of(task.units, shape) or "all of it"
  if not project.segments:
    row["labels_out"] = f"{out}/{WORKLIST}"
  if task.shown:
    row["draft"] = (
      f"drafts/{task.uid}{suffix}"
      if project.segments
      else project.class_names[task.draft.label]
    )
  return row


def stratum_of(project: Project, task: Task) -> str:
  """validation, test, scratch (the blind arm) or query."""
  part = project.state.cases[task.uid].part
  if part != "train":
    return part
  return "scratch" if task.arm == "blind" else "query"


def _dataset(project, made, labels):
  some = project.state.cases[made.tasks[0].uid]
  affine = some.about["affine"] is not None
  return {
    "channel_names": {
      str(i): f"channel {i}" for i in range(some.about["channels"])
    },
    "labels": {name: i for i, name in enumerate(labels.names)},
    "numTraining": len({task.name for task in made.tasks}),
    "file_ending": suffix_of(some),
    "alx": {
      "schema": 1,
      "round": made.number,
      "model_version": made.model,
      "label_map_sha256": labels.sha256,
      "annotation_plane": "axial" if affine else "image",
      "task": project.settings["task"],
      "acquisition": made.method,
    },
  }


def _about_draft(project, task):
  case = project.state.cases[task.uid]
  model = project.state.models[task.draft.model]
  return {
    "uid": task.uid,
    "model": f"v{task.draft.model:03d}",
    "model_sha256": model.about["parameters"],
    "draft_sha256": task.draft.sha256,
    "uncertainty": dict(task.draft.summary),
    "image_sha256": list(case.about["image_sha256"]),
    "grid": {"shape": case.about["shape"], "affine": case.about["affine"]},
  }


def _copy_images(project, number, partial):
  """Copies: a viewer that writes over one must not reach what is kept."""
  folder = partial / "imagesTr"
  for task in project.state.rounds[number].tasks:
    case = project.state.cases[task.uid]
    for channel, file in enumerate(files_of(project, case)):
      there = folder / image_name(project, task.uid, channel, task.name)
      write_bytes(there, file.read_bytes())
