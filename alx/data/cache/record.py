"""One case of a cache: what it was made from, and what was written for it."""

import json
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from alx.data import files
from alx.data.dataset import bad_input
from alx.data.sources import digest

_NAME = "case.json"


class Record(NamedTuple):
  """A case that is whole, as its case.json tells."""

  folder: pathlib.Path
  facts: dict  # whatever the conversion says about it, and its "id"
  inputs: list  # of {"file", "state", "digest"}, what it was made from
  stored: dict  # name of each file in the folder -> its size in bytes

  @property
  def digest(self) -> str:
    """Of the names and the content of the files it was made from."""
    entries = ((e["file"], e["digest"]) for e in self.inputs)
    return digest.of_texts(text for entry in entries for text in entry)


def read_records(cases: pathlib.Path) -> dict[str, list[Record]]:
  """{id: records} of a folder of cases; what is not whole is passed over."""
  known = {}
  for path in sorted(cases.glob(f"[!.]*/{_NAME}")):
    record = read_record(path.parent)
    if record is not None:
      known.setdefault(record.facts["id"], []).append(record)
  return known


def read_record(folder: pathlib.Path) -> Record | None:
  """The record of a folder; None if there is none or files are missing."""
  content = files.read_json(folder / _NAME) or {}
  if "record" not in content or content.get("digest") != _seal(content):
    return None
  record = Record(folder, **content["record"])
  return record if sizes(folder, record.stored) == record.stored else None


def write_record(record: Record) -> None:
  """Writes case.json, sealed with a digest of its own."""
  content = record._asdict()
  del content["folder"]
  content = {"record": content}
  files.write_json(record.folder / _NAME, {**content, "digest": _seal(content)})


def _seal(content):
  text = json.dumps(content["record"], sort_keys=True)
  return digest.of_texts([text])


def sizes(folder: pathlib.Path, names) -> dict[str, int]:
  """Bytes of the files of a folder by their names; those that are there."""
  paths = {name: folder / name for name in names}
  return {n: p.stat().st_size for n, p in paths.items() if p.is_file()}


def states(paths: Sequence[pathlib.Path], root: pathlib.Path) -> list[dict]:
  """[{"file", "state"}]: names and what the file system says of the files.

  Raises:
    DataError: a file that is not there.
  """
  inputs = []
  for path in paths:
    try:
      s = path.stat()
    except OSError as error:
      raise bad_input(path, "a file that can be read", error) from error
    state = [s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino]
    name = path.relative_to(root).as_posix()
    inputs.append({"file": name, "state": state})
  return inputs


def with_digests(inputs: list[dict], root: pathlib.Path) -> list[dict]:
  """The same with a "digest" of each file's content.

  Raises:
    DataError: a file that cannot be read.
  """
  done = []
  for entry in inputs:
    path = root / entry["file"]
    try:
      done.append({**entry, "digest": digest.of_file(path)})
    except OSError as error:
      raise bad_input(path, "a file that can be read", error) from error
  return done


def find(
  records: Sequence[Record], inputs: list[dict], field: str
) -> Record | None:
  """The record made from files of these names with the same "state" or
  "digest"; None if there is none.
  """
  wanted = [(entry["file"], entry[field]) for entry in inputs]
  for record in records:
    if wanted == [(entry["file"], entry[field]) for entry in record.inputs]:
      return record
  return None
