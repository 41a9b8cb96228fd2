"""Final labels as a folder that other programs train on."""

import os
import pathlib
from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.data.files import visible, whole_folder
from alx.label_maps import UNLABELLED
from alx.projects.cases.targets import (
  check_image,
  encode_label,
  files_of,
  grid_of,
  label_of,
  suffix_of,
)
from alx.projects.rounds.folder import image_name
from alx.projects.store.project import Project
from alx.projects.store.questions import final_labels
from alx.projects.store.state import (
  TEST,
  Case,
)
from alx.runs.disk.store import write_bytes, write_json, write_rows

FORMATS = ("nnunet", "msd", "classes")


class Exported(NamedTuple):
  """What was written."""

  out: pathlib.Path
  train: int
  test: int
  unlabelled: int  # cases without a final label, which are not in it


def export(
  project: Project, out: str | os.PathLike, form: str = ""
) -> Exported:
  """Writes a new folder, whole or not at all.

  Frozen test cases go to imagesTs and labelsTs, all others that have a label to
  imagesTr and labelsTr.

  Args:
    project: with labels.
    out: a folder that is not there, or empty.
    form: "nnunet" (version 2), "msd", or "classes" of a classification; "":
      nnunet, or classes.

  Raises:
    DataError: no label, another format, a folder that holds something.
  """
  form = form or ("nnunet" if project.segments else "classes")
  wanted = FORMATS[:2] if project.segments else FORMATS[2:]
  if form not in wanted:
    raise bad_input("--format", f"one of {', '.join(wanted)}", form)
  out = pathlib.Path(out).expanduser().absolute()
  if out.exists() and (not out.is_dir() or visible(out)):
    raise bad_input(out, "a new or empty folder for --out", "something there")
  labels = final_labels(project.state)
  labelled = [(project.state.cases[uid], s.label) for uid, s in labels.items()]
  if not any(case.part != TEST for case, _ in labelled):
    raise DataError(f"{project.folder}: wanted labels to export, found none")
  write = {"nnunet": _nnunet, "msd": _msd, "classes": _classes}[form]
  with whole_folder(out) as folder:
    write(project, labelled, folder)
  test = sum(case.part == TEST for case, _ in labelled)
  rest = len(project.state.cases) - len(labelled)
  return Exported(out, len(labelled) - test, test, rest)


def _part(case: Case) -> str:
  return "Ts" if case.part == TEST else "Tr"


def _images_of(project, case):
  check_image(project, case)
  return [file.read_bytes() for file in files_of(project, case)]


def _put_label(case, content, folder):
  name = f"{case.uid}{suffix_of(case)}"
  write_bytes(folder / f"labels{_part(case)}" / name, content)


def _undecided(project, case, label):
  """[*sp] bool of a label map, where no reader has decided."""
  return label_of(project, case.uid, label) == UNLABELLED


def _with_ignore(project, case, label):
  """(content, whether some is to be ignored) with the value behind the classes.

  What several readers differ about is undecided: nnU-Net calls it `ignore` and
  wants its value to be the highest.
  """
  open_ = _undecided(project, case, label)
  if not open_.any():
    return project.get(label), False
  found = label_of(project, case.uid, label)
  found = np.where(open_, np.uint8(len(project.class_names)), found)
  return encode_label(found, grid_of(case)), True


def _nnunet(project, labelled, folder):
  """imagesTr/CASE_0000, labelsTr/CASE, dataset.json of nnU-Net v2."""
  labels = {name: i for i, name in enumerate(project.class_names)}
  for case, label in labelled:
    for channel, content in enumerate(_images_of(project, case)):
      name = image_name(project, case.uid, channel)
      write_bytes(folder / f"images{_part(case)}" / name, content)
    content, ignores = _with_ignore(project, case, label)
    _put_label(case, content, folder)
    if ignores:
      labels["ignore"] = len(project.class_names)
  write_json(
    folder / "dataset.json",
    {
      "channel_names": {
        str(i): f"channel {i}"
        for i in range(len(labelled[0][0].about["files"]))
      },
      "labels": labels,
      "numTraining": sum(case.part != TEST for case, _ in labelled),
      "file_ending": suffix_of(labelled[0][0]),
    },
  )


def _msd(project, labelled, folder):
  """imagesTr/CASE, labelsTr/CASE, dataset.json of the Decathlon."""
  training, test = [], []
  for case, label in labelled:
    contents = _images_of(project, case)
    if len(contents) > 1:
      raise bad_input(
        "--format=msd", "images of one file each", "channels in files: nnunet"
      )
    part, name = _part(case), f"{case.uid}{suffix_of(case)}"
    write_bytes(folder / f"images{part}" / name, contents[0])
    still = int(_undecided(project, case, label).sum())
    if still:
      raise bad_input(
        f"--format=msd, {case.uid}",
        "label maps that are decided everywhere",
        f"{still} voxels that are not: nnunet has an ignore label for them",
      )
    _put_label(case, project.get(label), folder)
    if part == "Tr":
      training.append(
        {"image": f"./imagesTr/{name}", "label": f"./labelsTr/{name}"}
      )
    else:
      test.append(f"./imagesTs/{name}")
  write_json(
    folder / "dataset.json",
    {
      "name": "labels of a project",
      "modality": {"0": "unknown"},
      "labels": {str(i): n for i, n in enumerate(project.class_names)},
      "numTraining": len(training),
      "numTest": len(test),
      "training": training,
      "test": test,
    },
  )


def _classes(project, labelled, folder):
  """train/CLASS/CASE.png, test/CLASS/CASE.png, labels.csv."""
  rows = []
  for case, label in labelled:
    name = project.class_names[label]
    part = "test" if case.part == TEST else "train"
    path = f"{part}/{_folder_name(name)}/{case.uid}{suffix_of(case)}"
    write_bytes(folder / path, _images_of(project, case)[0])
    rows.append({"uid": case.uid, "file": path, "class": name, "part": part})
  write_rows(folder / "labels.csv", rows)


def _folder_name(name):
  kept = [c if c.isalnum() or c in " ._-" else "_" for c in name]
  return "".join(kept).strip(" .") or "class"
