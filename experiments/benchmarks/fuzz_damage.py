"""Harm that files come to: cut, overwritten, emptied, lost, joined."""

import pathlib
import zipfile

import numpy as np


def harm(rng: np.random.Generator, path: pathlib.Path) -> str:
  """Harms one file below `path`, or none; returns what was done as a suffix."""
  files = sorted(p for p in [path, *path.rglob("*")] if p.is_file())
  way = rng.choice([None, *_WAYS], p=[0.3, *[0.7 / len(_WAYS)] * len(_WAYS)])
  if way is None or not files:
    return ""
  way(rng, files[rng.integers(len(files))])
  return f", {way.__name__.strip('_')}"


def _cut(rng, file):
  content = file.read_bytes()
  file.write_bytes(content[: rng.integers(len(content) + 1)])


def _emptied(rng, file):
  del rng
  file.write_bytes(b"")


def _bytes(rng, file):
  """Some bytes become others; more often near the head, where it matters."""
  content = bytearray(file.read_bytes())
  for _ in range(rng.integers(1, 9)):
    if content:
      end = len(content) if rng.random() < 0.3 else min(len(content), 400)
      content[rng.integers(end)] = rng.integers(256)
  file.write_bytes(content)


def _member(rng, file):
  """The same inside an archive that itself is whole."""
  if not zipfile.is_zipfile(file):
    return _bytes(rng, file)
  with zipfile.ZipFile(file) as archive:
    members = {name: archive.read(name) for name in archive.namelist()}
  name = sorted(members)[rng.integers(len(members))]
  content = bytearray(members[name])
  for _ in range(rng.integers(1, 5)):
    content[rng.integers(min(len(content), 200))] = rng.integers(256)
  with zipfile.ZipFile(file, "w") as archive:
    for other, text in (members | {name: bytes(content)}).items():
      archive.writestr(other, text)
  return None


def _lost(rng, file):
  del rng
  file.unlink()


def _renamed(rng, file):
  names = ("ä ö.png", "._" + file.name, file.stem, file.name.upper(), "a.gif")
  file.rename(file.with_name(names[rng.integers(len(names))]))


def _foreign(rng, file):
  """A file of something else beside it."""
  names = ("Thumbs.db", "notes.txt", "a.csv", "b.dcm", "c.nii.gz", "d.png")
  other = file.with_name(names[rng.integers(len(names))])
  other.write_bytes(rng.bytes(rng.integers(200)))


def _foreign_folder(rng, file):
  names = ("__MACOSX", "masks", ".git", "test", "labelsTs", "empty")
  (file.parent / names[rng.integers(len(names))]).mkdir(exist_ok=True)


_WAYS = (
  *(_cut, _emptied, _bytes, _member),
  *(_lost, _renamed, _foreign, _foreign_folder),
)
