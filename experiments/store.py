"""The files of a run directory: written whole or not at all."""

import csv
import dataclasses
import importlib.metadata
import io
import json
import os
import pathlib
import platform
from collections.abc import Mapping, Sequence

import jax

from experiments.config import Config

# What may change between two commands on one directory: a run only grows, and
# processes side by side may take seeds or acquisitions each.
_MAY_CHANGE = {
  "data",  # the digest of what is in it must be the same
  "features",
  "cache",
  "acquisition",
  "seeds",
  "first_seed",
  "rounds",
  "full",
  "pictures",
}
# What a run appends to, round by round.
TABLES = ("curve.csv", "times.csv", "picks.csv", "cases.csv")
_PACKAGES = ("alx", "jax", "jaxlib", "flax", "optax", "orbax-checkpoint")


def write_text(path: pathlib.Path, text: str) -> None:
  """Writes a file so that a reader sees the old text or the new one."""
  write_bytes(path, text.encode())


def write_bytes(path: pathlib.Path, content: bytes) -> None:
  """The same for bytes."""
  path.parent.mkdir(parents=True, exist_ok=True)
  temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
  with open(temporary, "wb") as file:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())
  os.replace(temporary, path)


def write_json(path: pathlib.Path, value: Mapping) -> None:
  """A mapping as indented JSON."""
  write_text(path, json.dumps(value, indent=2) + "\n")


def append_rows(path: pathlib.Path, rows: Sequence[Mapping]) -> None:
  """Appends rows to a CSV file, with a header if it is new; on disk after."""
  if not rows:
    return
  path.parent.mkdir(parents=True, exist_ok=True)
  new = not path.exists()
  with open(path, "a", newline="") as file:
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    if new:
      writer.writeheader()
    writer.writerows(rows)
    file.flush()
    os.fsync(file.fileno())


def read_rows(path: pathlib.Path) -> list[dict[str, str]]:
  """The rows of a CSV file; none if there is no file."""
  if not path.exists():
    return []
  with open(path, newline="") as file:
    return list(csv.DictReader(file))


def write_rows(path: pathlib.Path, rows: Sequence[Mapping]) -> None:
  """One or more rows as a CSV file with a header, whole or not at all."""
  text = io.StringIO()
  writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
  writer.writeheader()
  writer.writerows(rows)
  write_text(path, text.getvalue())


def keep_rounds(path: pathlib.Path, below: int) -> None:
  """Drops what a killed command wrote of rounds that are not finished."""
  rows = read_rows(path)
  kept = [row for row in rows if _is_round(row, below)]
  if not kept:
    path.unlink(missing_ok=True)
    return
  write_rows(path, kept)


def _is_round(row, below):
  """Whether a row is whole and of a round below `below`."""
  whole = all(value is not None for value in row.values())
  return whole and row["round"].isdigit() and int(row["round"]) < below


def open_run(
  workdir: pathlib.Path, config: Config, data: Mapping, split: Mapping
) -> None:
  """Writes config, versions, dataset and split, or checks that they go on.

  Args:
    workdir: the run directory.
    config: resolved settings.
    data: for dataset.json, with a `digest` of images and labels.
    split: for split.json.

  Raises:
    ValueError: if the directory holds a run with other settings or data.
  """
  now = json.loads(json.dumps(dataclasses.asdict(config)))
  check_same(workdir / "config.json", now, _MAY_CHANGE)
  check_same(workdir / "dataset.json", data, {"left_out", "notes"})
  write_json(workdir / "config.json", now)
  write_json(workdir / "versions.json", versions())
  write_json(workdir / "dataset.json", data)
  write_json(workdir / "split.json", split)


def check_same(path: pathlib.Path, now: Mapping, may_change: set) -> None:
  """Raises ValueError if the JSON file holds another value of a field."""
  before = json.loads(path.read_text()) if path.exists() else {}
  for field in sorted(set(before) - may_change):
    if before[field] != now.get(field):
      raise ValueError(
        f"{path}: this run has {field} = {before[field]}, now it would be "
        f"{now.get(field)}; name another --workdir"
      )


def versions() -> dict:
  """What the numbers were made with."""
  device = jax.devices()[0]
  return {name: importlib.metadata.version(name) for name in _PACKAGES} | {
    "python": platform.python_version(),
    "platform": platform.platform(),
    "device": f"{jax.device_count()} x {device.device_kind}",
    "cpu_count": os.cpu_count(),
  }
