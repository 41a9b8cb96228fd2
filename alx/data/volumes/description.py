"""Reads dataset.json, in the words of the Decathlon or of nnU-Net v2."""

import json
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.label_values import (
  check_background,
  check_classes,
  class_names,
)
from alx.data.pictures import stacks
from alx.data.volumes import nifti
from alx.label_maps import UNLABELLED

_ENDINGS = (*nifti.SUFFIXES, *stacks.SUFFIXES)
_IGNORE = "ignore"  # what nnU-Net calls the value of unlabelled voxels
_CURE = "mend it, or remove it: classes are then the values in the labels"


class Description(NamedTuple):
  """What dataset.json says; without one only the name is known."""

  name: str
  values: tuple[int, ...] = ()  # C label values, ascending, 0 first
  names: tuple[str, ...] = ()  # C, in the order of the values
  channels: tuple[str, ...] = ()  # their names; () if it does not say
  listed: tuple[str, ...] = ()  # ids of the cases it names
  ignore: int | None = None  # the value of unlabelled voxels


def nnunet_description(
  classes: Sequence[str],
  channels: int,
  training: int,
  ending: str,
  ignores: bool = False,
  where: str = "labels for nnU-Net",
) -> dict:
  """The dataset.json of nnU-Net v2, as `read_description` reads it.

  Args:
    classes: C names, in the order of their values.
    channels: of an image.
    training: cases to train on.
    ending: of the files.
    ignores: some voxels have the value C: see `with_ignore`.
    where: what asks for it, for the message.

  Raises:
    DataError: for a class that has the name of what is ignored.
  """
  labels = {name: value for value, name in enumerate(classes)}
  if ignores and _IGNORE in labels:
    wanted = "another name for a class: nnU-Net takes ignore for no class"
    raise bad_input(where, wanted, _IGNORE)
  return {
    "channel_names": {str(i): f"channel {i}" for i in range(channels)},
    "labels": labels | ({_IGNORE: len(labels)} if ignores else {}),
    "numTraining": training,
    "file_ending": ending,
  }


def with_ignore(label: np.ndarray, num_classes: int) -> np.ndarray:
  """uint8 [*sp] with the value `num_classes` where nothing is labelled.

  nnU-Net wants the value to ignore to be the highest, and none left out.
  """
  label = np.asarray(label, np.uint8)
  return np.where(label == UNLABELLED, np.uint8(num_classes), label)


def read_description(
  folder: pathlib.Path, endings: Sequence[str] = _ENDINGS
) -> Description:
  """Reads `folder`/dataset.json; without the file, just the folder's name.

  `labels` may be {"0": "background", ...} or {"background": 0, ...}; classes
  are ordered by their value. The one called "ignore" is none of them.

  Args:
    folder: where the file is.
    endings: of the files that are read.

  Raises:
    DataError: no JSON object, labels that make no sense, regions, or files of
      another ending.
  """
  file, name = folder / "dataset.json", folder.resolve().name
  if not file.exists():
    return Description(name)
  content = _read_object(file)
  ending = content.get("file_ending", endings[-1])
  if ending not in endings:
    wanted = f"file_ending to be one of {list(endings)}"
    raise bad_input(file, wanted, repr(ending))
  by_value, ignore = _by_value(file, content.get("labels"))
  return Description(
    name=str(content.get("name") or name),
    values=tuple(by_value),
    names=tuple(by_value.values()),
    channels=_channels(content),
    listed=_listed(content.get("training")),
    ignore=ignore,
  )


def _read_object(file):
  wanted = "a JSON object"
  try:
    text = file.read_text(encoding="utf-8-sig")
    if not text.strip():
      raise bad_input(file, wanted, f"an empty file ({_CURE})")
    content = json.loads(text, object_pairs_hook=_once)
  except json.JSONDecodeError as error:
    cut = "a file cut short" if error.pos >= len(text.rstrip()) else "no JSON"
    found = f"{cut}: {error} ({_CURE})"
    raise bad_input(file, wanted, found) from error
  except _Twice as error:
    raise bad_input(file, "every name once", error) from error
  except (OSError, UnicodeError, RecursionError) as error:
    found = f"{type(error).__name__}: {error} ({_CURE})"
    raise bad_input(file, wanted, found) from error
  if not isinstance(content, dict):
    found = f"{json.dumps(content)[:40]} ({_CURE})"
    raise bad_input(file, wanted, found)
  return content


class _Twice(Exception):
  """A name that an object gives two values."""


def _once(pairs):
  """The pairs as a dict, of which JSON would keep the last."""
  content = {}
  for name, value in pairs:
    if name in content:
      raise _Twice(f"{name!r} for {content[name]!r} and {value!r}")
    content[name] = value
  return content


def _channels(content):
  found = content.get("channel_names", content.get("modality"))
  names = found.values() if isinstance(found, dict) else found
  return tuple(map(str, names)) if isinstance(found, dict | list) else ()


def _by_value(file, labels):
  """({value: name} of the classes, the value of unlabelled voxels or None)."""
  if labels is None:
    return {}, None
  if not isinstance(labels, dict) or not labels:
    raise bad_input(file, "labels as an object of names and values", labels)
  pairs = [_value_and_name(file, k, v) for k, v in labels.items()]
  by_value = dict(sorted(pairs))
  if len(by_value) < len(pairs):
    wanted = "one name for each label value"
    raise bad_input(file, wanted, json.dumps(labels))
  ignored = [value for value, name in by_value.items() if name == _IGNORE]
  by_value = {v: n for v, n in by_value.items() if v not in ignored}
  if len(ignored) > 1 or 0 in ignored:
    raise bad_input(
      file, "one label called ignore, not that of 0", json.dumps(labels)
    )
  by_value = dict(sorted({0: "background", **by_value}.items()))
  check_classes(tuple(by_value), file)
  names = class_names(by_value.values(), by_value, file)
  check_background(names, tuple(by_value), file)
  by_value = dict(zip(by_value, names, strict=True))
  return by_value, ignored[0] if ignored else None


def _value_and_name(file, key, entry):
  if isinstance(entry, list):
    found = f"the region {key!r}: {entry}; regions are not supported"
    raise bad_input(file, "one value for each label", found)
  numbered = isinstance(entry, str) and key.isdecimal()
  value, name = (key, entry) if numbered else (entry, key)
  if isinstance(value, bool | float) or not str(value).isdecimal():
    raise bad_input(file, f"a whole number for label {name!r}", repr(value))
  if int(value) > 65535:
    raise bad_input(file, "label values up to 65535", value)
  return int(value), name


def _listed(training):
  if not isinstance(training, list):
    return ()
  files = [e.get("label") for e in training if isinstance(e, dict)]
  paths = [pathlib.Path(f) for f in files if isinstance(f, str)]
  stems = [nifti.stem(path) or stacks.stem(path) for path in paths]
  return tuple(s for s in stems if s)
