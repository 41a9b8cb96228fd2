"""The files of a run directory: written whole or not at all."""

import csv
import dataclasses
import importlib.metadata
import json
import os
import pathlib
import platform
from collections.abc import Mapping, Sequence

import jax

import alx
from alx import csv_table
from alx.data import files
from alx.data.dataset import DataError, bad_input
from alx.devices.distributed import is_first
from alx.runs.settings.config import PATHS, Config
from alx.runs.settings.recipes import CLASSIC

# What may change between two commands on one directory: a run only grows, and
# processes side by side may take seeds or acquisitions each, as long as no two
# want one folder of runs/ (see `config.parts_of`).
MAY_CHANGE = {
  *PATHS,  # the digest of what is in them must be the same
  "acquisition",
  "seeds",
  "first_seed",
  "rounds",
  "stop",  # what is not known of the rounds before is told as unknown
  "stop_mode",
  "full",
  "metric",  # every one is in the curves
  "pictures",
  "passes",  # where they are made, not what they are
}
# What dataset.json tells of the data, and of how they are shown.
_TOLD = {
  *("left_out", "notes", "images", "metric", "metric_why", "classes"),
  "whole_pool",
}
# What runs did before they could say so.
_BEFORE = {"recipe": CLASSIC, "flips_by_labels": False} | dict.fromkeys(
  ("scaling", "shift", "tilt", "gamma"), 0.0
)
# What a run appends to, round by round.
TABLES = (
  *("curve.csv", "times.csv", "picks.csv"),
  *("cases.csv", "signals.csv", "spent.csv"),
)
_WANTED = "what the run was begun with"
_REMEDY = "restore it, or name another --workdir"
_PACKAGES = ("jax", "jaxlib", "flax", "optax", "orbax-checkpoint")


def write_text(path: pathlib.Path, text: str) -> None:
  """Writes a file so that a reader sees the old text or the new one."""
  write_bytes(path, csv_table.encode(text))


def write_bytes(path: pathlib.Path, content: bytes) -> None:
  """The same for bytes; of several processes the first one writes."""
  if not is_first():
    return
  path.parent.mkdir(parents=True, exist_ok=True)
  files.write_bytes(path, content)


def write_json(path: pathlib.Path, value: Mapping) -> None:
  """A mapping as indented JSON."""
  write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def append_rows(path: pathlib.Path, rows: Sequence[Mapping]) -> None:
  """Appends rows to a CSV file, with a header if it is new; on disk after."""
  if not rows or not is_first():
    return
  path.parent.mkdir(parents=True, exist_ok=True)
  text = csv_table.to_text(list(rows[0]), rows, with_head=not path.exists())
  try:
    with open(path, "ab") as file:
      file.write(csv_table.encode(text))
      file.flush()
      os.fsync(file.fileno())
  except OSError as error:
    error.filename = str(path)  # also where a full disk does not say
    raise


def read_rows(path: pathlib.Path) -> list[dict[str, str]]:
  """The whole rows of a CSV file; none if there is no file.

  Of several processes the first one reads: the others would see it half
  written.

  Raises:
    DataError: if it cannot be read.
  """
  if not is_first():
    return []
  try:
    return csv_table.read(path)
  except FileNotFoundError:
    return []
  except (OSError, csv.Error) as error:
    raise bad_input(path, "a table", error) from error


def write_rows(path: pathlib.Path, rows: Sequence[Mapping]) -> None:
  """One or more rows as a CSV file with a header, whole or not at all."""
  write_text(path, csv_table.to_text(list(rows[0]), rows))


def keep_rounds(folder: pathlib.Path, done: int) -> None:
  """Drops what a killed command wrote of rounds that are not finished.

  Args:
    folder: of a run, with `TABLES`.
    done: how many rounds are finished.

  Raises:
    DataError: if a finished round is not there, or twice.
  """
  if not is_first():
    return
  kept = {name: _rounds_below(folder / name, done) for name in TABLES}
  found = [int(row["round"]) for row in kept["curve.csv"]]
  if found != list(range(done)):
    _refuse(folder / "curve.csv", f"rounds 0 to {done - 1}, each once", found)
  picks = [(row["round"], row.get("rank")) for row in kept["picks.csv"]]
  if len(set(picks)) < len(picks):
    _refuse(folder / "picks.csv", "every item once", found)
  for name, rows in kept.items():
    if rows:
      write_rows(folder / name, rows)
    else:
      (folder / name).unlink(missing_ok=True)


def _rounds_below(path, done):
  rounds = set(map(str, range(done)))
  return [row for row in read_rows(path) if row.get("round") in rounds]


def _refuse(path, wanted, rounds):
  found = ", ".join(map(str, rounds)) or "none"
  raise bad_input(
    path,
    f"as its checkpoint says {wanted}",
    f"rounds {found}; without {path.parent} this run is done again",
  )


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
  if not is_first():
    return
  now = _plain(dataclasses.asdict(config))
  default = _plain({f.name: f.default for f in dataclasses.fields(config)})
  before = _BEFORE | {"full_steps": now.get("steps")}
  default |= {k: v for k, v in before.items() if k in default}
  check_same(workdir / "config.json", now, MAY_CHANGE, default)
  check_same(workdir / "dataset.json", data, _TOLD)
  check_split(workdir / "split.json", split)
  write_json(workdir / "config.json", now)
  write_json(workdir / "versions.json", versions())
  write_json(workdir / "dataset.json", data)
  write_json(workdir / "split.json", split)


def _plain(values):
  """As JSON gives it back."""
  return json.loads(json.dumps(values))


def check_same(
  path: pathlib.Path,
  now: Mapping,
  may_change: set,
  default: Mapping | None = None,
) -> None:
  """Raises DataError if the JSON file holds another value of a field.

  Args:
    path: of the file; what is not there holds nothing.
    now: what it would hold.
    may_change: fields that may.
    default: of fields that a file of before there were any does not name.
  """
  before, now = {}, _plain(now)
  if path.exists():
    before = {**(default or {}), **read_object(path, _WANTED, _REMEDY)}
  for field in sorted(set(before) - may_change):
    if before[field] != now.get(field):
      values = before[field], now.get(field)
      same = str(values[0]) == str(values[1])  # the text "4" and the number
      was, would_be = map(repr if same else str, values)
      raise DataError(
        f"{path}: this run has {field} = {was}, now it would be {would_be}; "
        "name another --workdir"
      )


def check_split(path: pathlib.Path, now: Mapping) -> None:
  """Raises DataError if the JSON file names other items of a part.

  Args:
    path: of the file; what is not there, or damaged, holds nothing.
    now: {part: ids} that it would hold.
  """
  try:
    before = read_object(path, "the split of a run", _REMEDY)
  except DataError:
    return
  for part in ("test", "pool"):
    was, would_be = before.get(part), now.get(part, [])
    if isinstance(was, list) and was != would_be:
      first = min({*map(str, was)} ^ {*would_be}, default=None)
      raise bad_input(
        path,
        "the split that this run was begun with",
        f"other {part} items, the first {first}; name another --workdir",
      )


def read_object(path: pathlib.Path, wanted: str, remedy: str) -> dict:
  """The JSON object of a file.

  Args:
    path: of the file.
    wanted: what is in it.
    remedy: what its user can do if it is damaged.

  Raises:
    DataError: if there is no such file, or something else in it.
  """
  try:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    value = json.loads(text)
    found = f"a {type(value).__name__}"
  except OSError as error:
    value, found = None, error.strerror or error
  except (ValueError, RecursionError):
    value, found = None, _damage(text)
  if isinstance(value, dict):
    return value
  raise bad_input(path, f"{wanted} as JSON", f"{found}; {remedy}")


def _damage(text):
  """What is left of a file that is no JSON."""
  if not text.strip("\0 \t\r\n"):
    return "an empty file" if not text else f"{len(text)} blank or zero bytes"
  return f"text that ends or breaks early, {len(text)} characters"


def versions() -> dict:
  """What the numbers were made with."""
  device = jax.devices()[0]
  packages = {name: importlib.metadata.version(name) for name in _PACKAGES}
  return {"alx": alx.__version__, **packages} | {
    "python": platform.python_version(),
    "platform": platform.platform(),
    "device": f"{jax.device_count()} x {device.device_kind}",
    "cpu_count": os.cpu_count(),
  }
