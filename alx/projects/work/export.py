"""Final labels as a folder that other programs train on."""

import os
import pathlib
from functools import partial
from typing import NamedTuple

from alx.data.dataset import DataError, bad_input
from alx.data.files import visible, whole_folder
from alx.projects.cases.targets import check_image, files_of, suffix_of
from alx.projects.rounds.folder import image_name
from alx.projects.store.project import Project
from alx.projects.store.questions import final_labels
from alx.projects.store.state import (
  TEST,
  Case,
)
from alx.projects.work.export_dicom import writer
from alx.runs.disk.store import write_bytes, write_json, write_rows

_MAPS = ("nnunet", "msd", "dicom-seg")
FORMATS = (*_MAPS, "classes")


class Exported(NamedTuple):
  """What was written."""

  out: pathlib.Path
  train: int
  test: int
  unlabelled: int  # cases without a final label, which are not in it


def export(
  project: Project,
  out: str | os.PathLike,
  form: str = "",
  source: str = "",
) -> Exported:
  """Writes a new folder, whole or not at all.

  Frozen test cases go to imagesTs and labelsTs, all others that have a label to
  imagesTr and labelsTr.

  Args:
    project: with labels.
    out: a folder that is not there, or empty.
    form: "nnunet" (version 2), "msd", "dicom-seg" of what came as DICOM, or
      "classes" of a classification; "": nnunet, or classes.
    source: of dicom-seg: folder of the DICOM files that the project was begun
      with, see `export_dicom.writer`.

  Raises:
    DataError: no label, another format, a folder that holds something, a
      source that says nothing.
  """
  form = form or ("nnunet" if project.segments else "classes")
  wanted = _MAPS if project.segments else ("classes",)
  if form not in wanted:
    raise bad_input("--format", f"one of {', '.join(wanted)}", form)
  out = pathlib.Path(out).expanduser().absolute()
  _check_source(project, out, form, source)
  if out.exists() and (not out.is_dir() or visible(out)):
    raise bad_input(out, "a new or empty folder for --out", "something there")
  labels = final_labels(project.state)
  labelled = [(project.state.cases[uid], s) for uid, s in labels.items()]
  if not any(case.part != TEST for case, _ in labelled):
    raise DataError(f"{project.folder}: wanted labels to export, found none")
  write = {
    "nnunet": _nnunet,
    "msd": _msd,
    "classes": _classes,
    "dicom-seg": partial(_dicom_seg, source),
  }[form]
  with whole_folder(out) as folder:
    write(project, labelled, folder)
  test = sum(case.part == TEST for case, _ in labelled)
  rest = len(project.state.cases) - len(labelled)
  return Exported(out, len(labelled) - test, test, rest)


def _check_source(project, out, form, source):
  if source and form != "dicom-seg":
    raise bad_input("--source", "--format=dicom-seg to use it on", form)
  if source and project.folder in (out, *out.parents):
    wanted = "a folder outside of the project: the files name patients"
    raise bad_input("--out", wanted, out)


def _dicom_seg(source, project, labelled, folder):
  """labelsTr/CASE.dcm, labelsTs/CASE.dcm."""
  write = writer(project, [case for case, _ in labelled], source)
  for case, label in labelled:
    path = folder / f"labels{_part(case)}" / f"{case.uid}.dcm"
    write_bytes(path, write(case, label))


def _part(case: Case) -> str:
  return "Ts" if case.part == TEST else "Tr"


def _images_of(project, case):
  check_image(project, case)
  return [file.read_bytes() for file in files_of(project, case)]


def _put_label(project, case, label, folder):
  name = f"{case.uid}{suffix_of(case)}"
  path = folder / f"labels{_part(case)}" / name
  write_bytes(path, project.get(label.label))


def _nnunet(project, labelled, folder):
  """imagesTr/CASE_0000, labelsTr/CASE, dataset.json of nnU-Net v2."""
  for case, label in labelled:
    for channel, content in enumerate(_images_of(project, case)):
      name = image_name(project, case.uid, channel)
      write_bytes(folder / f"images{_part(case)}" / name, content)
    _put_label(project, case, label, folder)
  write_json(
    folder / "dataset.json",
    {
      "channel_names": {
        str(i): f"channel {i}"
        for i in range(len(labelled[0][0].about["files"]))
      },
      "labels": {name: i for i, name in enumerate(project.class_names)},
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
    _put_label(project, case, label, folder)
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
    name = project.class_names[label.label]
    part = "test" if case.part == TEST else "train"
    path = f"{part}/{_folder_name(name)}/{case.uid}{suffix_of(case)}"
    write_bytes(folder / path, _images_of(project, case)[0])
    rows.append({"uid": case.uid, "file": path, "class": name, "part": part})
  write_rows(folder / "labels.csv", rows)


def _folder_name(name):
  kept = [c if c.isalnum() or c in " ._-" else "_" for c in name]
  return "".join(kept).strip(" .") or "class"
