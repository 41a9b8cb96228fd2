"""Projects of a few small images, made without a model."""

import csv
import os
import pathlib
import signal

import nibabel
import numpy as np
from PIL import Image

from alx import projects
from tests.projects.label_files import AFFINE, SHAPE, a_label, image_of

CLASSES = "background", "anterior", "posterior"


def volumes(folder: pathlib.Path, count: int = 4, name: str = "scan_{}"):
  """Images with a bright block, each of its own."""
  folder.mkdir(parents=True, exist_ok=True)
  rng = np.random.default_rng(0)
  for i in range(count):
    noise = rng.normal(0, 1, SHAPE).astype(np.float32)
    image = image_of(noise + 4 * (a_label() > 0) + i)
    nibabel.save(image, folder / f"{name.format(i)}.nii.gz")
  return folder


def of_volumes(folder: pathlib.Path, count: int = 4, **settings):
  """The folder of a project of volumes."""
  volumes(folder / "in", count)
  return begun(folder, **settings).project.folder


def begun(folder: pathlib.Path, **settings):
  """What is made of the volumes in FOLDER/in."""
  made = projects.Settings(str(folder / "in"), CLASSES, **settings)
  return projects.begin(folder / "project", made)


def names_nowhere(folder: pathlib.Path, name: str):
  """Checks that no file below is called so or holds the name."""
  for file in folder.rglob("*"):
    assert name not in file.name
    assert not file.is_file() or name.encode() not in file.read_bytes(), file


def pictures(folder: pathlib.Path, count: int = 6):
  """Gray pictures, dark and bright ones."""
  folder.mkdir(parents=True, exist_ok=True)
  rng = np.random.default_rng(0)
  for i in range(count):
    level = 40 if i % 2 else 200
    pixels = rng.integers(level - 30, level + 30, (8, 8)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / f"xray_{i}.png")
  return folder


def of_pictures(folder: pathlib.Path, count: int = 6, **settings):
  """The folder of a project of classes."""
  pictures(folder / "in", count)
  made = projects.Settings(str(folder / "in"), ("dark", "bright"), **settings)
  return projects.begin(folder / "project", made).project.folder


def asked(folder: pathlib.Path, **how):
  """Writes a round; its folder."""
  with projects.working(folder) as project:
    return projects.next_round(project, **how).folder


def taken(folder: pathlib.Path):
  """Imports; {what: status} and the lines."""
  with projects.working(folder) as project:
    lines = projects.import_rounds(project)
  return {line.what: line.status for line in lines}, lines


def save(path: pathlib.Path, label=None, affine=AFFINE):
  """A label map as a person's viewer saves it."""
  label = a_label() if label is None else label
  nibabel.save(image_of(label, affine), path)


def rows_of(path: pathlib.Path):
  """The rows of a worklist."""
  with open(path, newline="", encoding="utf-8") as file:
    return list(csv.DictReader(file))


def fill(path: pathlib.Path, values, separator=",", encoding="utf-8"):
  """Writes {uid: {column: text}} into a worklist, as a spreadsheet does."""
  rows = rows_of(path)
  for row in rows:
    row.update(values.get(row["uid"], {}))
  with open(path, "w", newline="", encoding=encoding) as file:
    writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)


def kill_at(count: int) -> None:
  """This process is killed when it puts something on the disk that often."""
  left = [count]

  def counted(real):
    def call(*args, **named):
      left[0] -= 1
      if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
      return real(*args, **named)

    return call

  for name in ("fsync", "replace", "rename", "mkdir", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
