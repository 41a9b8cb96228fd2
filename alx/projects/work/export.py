"""Final labels as a folder that other programs train on."""

import gzip
import io
import os
import pathlib
from functools import partial
from typing import NamedTuple

from PIL import Image

from alx.data.dataset import DataError, bad_input
from alx.data.files import check_empty, whole_folder
from alx.data.volumes import nifti
from alx.data.volumes.description import nnunet_description, with_ignore
from alx.label_maps import UNLABELLED
from alx.projects.cases.seg_out import writer
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
      with, see `cases.seg_out.writer`.

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
  check_empty(out, "--out")
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
    _refuse_open(project, case, label, "dicom-seg")
    path = folder / f"labels{_part(case)}" / f"{case.uid}.dcm"
    write_bytes(path, write(case, label))


def _part(case: Case) -> str:
  return "Ts" if case.part == TEST else "Tr"


def _images_of(project, case):
  check_image(project, case)
  return [file.read_bytes() for file in files_of(project, case)]


def _put_label(project, case, label, folder):
  """Writes the label of a case; whether voxels of it are undecided."""
  name = f"{case.uid}{suffix_of(case)}"
  path = folder / f"labels{_part(case)}" / name
  voxels = label_of(project, case.uid, label.label)
  is_open, content = _is_open(voxels), project.get(label.label)
  if is_open:
    voxels = with_ignore(voxels, len(project.class_names))
    content = encode_label(voxels, grid_of(case))
  write_bytes(path, content)
  return is_open


def _is_open(voxels):
  """Whether readers have left voxels of a label map undecided."""
  return bool((voxels == UNLABELLED).any())


def _refuse_open(project, case, label, form):
  if _is_open(label_of(project, case.uid, label.label)):
    wanted = "voxels that readers agree on (--format=nnunet has ignore)"
    raise bad_input(f"--format={form}", wanted, f"{case.uid}: undecided ones")


def _nnunet(project, labelled, folder):
  """imagesTr/CASE_0000, labelsTr/CASE, dataset.json of nnU-Net v2."""
  channels = max(case.about["channels"] for case, _ in labelled)
  ignores = False
  for case, label in labelled:
    for channel, content in enumerate(_split(project, case, channels)):
      name = image_name(project, case.uid, channel)
      write_bytes(folder / f"images{_part(case)}" / name, content)
    ignores |= _put_label(project, case, label, folder)
  training = sum(case.part != TEST for case, _ in labelled)
  ending = suffix_of(labelled[0][0])
  how = channels, training, ending, ignores, "--format=nnunet"
  about = nnunet_description(project.class_names, *how)
  write_json(folder / "dataset.json", about)


def _split(project, case, channels):
  """A file for each channel of a volume; one of all colours of a picture."""
  contents = _images_of(project, case)
  if suffix_of(case) == ".png":
    is_gray = case.about["channels"] < channels  # among coloured ones
    return [_in_colour(contents[0])] if is_gray else contents
  if case.about["channels"] != channels:
    wanted = f"images of {channels} channels each, as others here have"
    told = f"{case.about['channels']} (leave it out of a new project)"
    raise bad_input(case.uid, wanted, told)
  if len(contents) == channels:
    return contents
  volume = nifti.of_bytes(case.uid, gzip.decompress(contents[0]))
  affine = grid_of(case).affine
  array = volume.array.reshape(*case.about["shape"], channels)
  return [nifti.on_grid(array[..., c], affine) for c in range(channels)]


def _in_colour(content):
  """A gray PNG as red, green and blue."""
  made = io.BytesIO()
  with Image.open(io.BytesIO(content)) as image:
    image.convert("RGB").save(made, "PNG")
  return made.getvalue()


def _msd(project, labelled, folder):
  """imagesTr/CASE, labelsTr/CASE, dataset.json of the Decathlon."""
  training, test = [], []
  for case, label in labelled:
    _refuse_open(project, case, label, "msd")
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
  """train/CLASS/CASE.png, test/CLASS/CASE.png, and their table labels.csv.

  The table is one that `alx.data.load` reads: targets are numbers, of which it
  knows the names where all below the last have a row, and else names.
  """
  folders, rows = _folders(project.class_names), []
  found = {label.label for _, label in labelled}
  by_number = len(found) in (1, max(found) + 1)
  for case, label in labelled:
    name = project.class_names[label.label]
    part = "test" if case.part == TEST else "train"
    path = f"{part}/{folders[label.label]}/{case.uid}{suffix_of(case)}"
    write_bytes(folder / path, _images_of(project, case)[0])
    row = {"uid": case.uid, "file": path, "class": name, "part": part}
    row |= {"image_name": path, "patient_id": case.patient}
    row |= {"target": label.label if by_number else name}
    rows.append(row | ({"benign_malignant": name} if by_number else {}))
  write_rows(folder / "labels.csv", rows)


def _folders(names):
  """A folder for each class; with its number where two would have one."""
  kept = [
    "".join(c if c.isalnum() or c in " ._-" else "_" for c in name).strip(" .")
    for name in names
  ]
  kept = [name or "class" for name in kept]
  if len({name.casefold() for name in kept}) == len(kept):
    return kept
  return [f"{number}_{name}" for number, name in enumerate(kept)]
