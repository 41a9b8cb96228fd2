"""A folder of converted cases.

    FOLDER/cache.json                 what the folder is
    FOLDER/cases/ID-DIGEST/case.json  what the case was made from
    FOLDER/cases/ID-DIGEST/...        what was written for it
    FOLDER/cases/.partial-...         what is being written
    FOLDER/superpixels/...            of a run, which may be there first

A case gets its name when it is whole, and is not written to afterwards.
"""

import contextlib
import os
import pathlib
from collections.abc import Callable

from alx.data import files
from alx.data.cache.record import (
  Record,
  find,
  read_record,
  read_records,
  sizes,
  states,
  with_digests,
  write_record,
)
from alx.data.dataset import bad_input
from alx.data.pictures import stacks
from alx.data.volumes.cases import Case

_KIND = {"kind": "cases converted by alx", "format": 2}
SUPERPIXELS = "superpixels"  # a folder that others fill
_OWN = ("cache.json", "cases", SUPERPIXELS)


class CaseStore:
  """The cases of one folder. Several processes may fill it side by side."""

  def __init__(self, folder: pathlib.Path):
    """Opens or makes the folder.

    Raises:
      DataError: it holds other things, or cannot be written to.
    """
    self._cases = folder / "cases"
    try:
      folder.mkdir(parents=True, exist_ok=True)
      _check_ours(folder)
      self._cases.mkdir(exist_ok=True)
      files.sweep(self._cases)
      self._known = read_records(self._cases)
    except OSError as error:
      raise bad_input(folder, "a folder to write to", error) from error

  def keep(
    self, case: Case, root: pathlib.Path, convert: Callable[..., dict]
  ) -> Record:
    """The record of a case, which is converted if its files have changed.

    Files whose size and times are as they were count as unchanged; of others
    the content decides.

    Args:
      case: its files; what tells the voxel sizes of a stack is one of them.
      root: the folder they are named from.
      convert: (folder) -> JSON object; writes the case into an empty folder.

    Raises:
      DataError: files that cannot be read, or whatever `convert` raises.
      OSError: the folder cannot be written to.
    """
    known = self._known.get(case.id, [])
    inputs = states(_files_of(case), root)
    found = find(known, inputs, "state")
    if found is None:
      inputs = with_digests(inputs, root)
      found = find(known, inputs, "digest")
      if found is None:
        found = self._add(case, root, inputs, convert)
      else:
        found = _renew(found, inputs)
    for record in known:
      if record.folder != found.folder:
        self._discard(record.folder)
    self._known[case.id] = [found]
    return found

  def _add(self, case, root, inputs, convert):
    with files.partial_folder(self._cases) as partial:
      facts = {**convert(partial), "id": case.id}
      written = [p.relative_to(partial).as_posix() for p in partial.rglob("*")]
      stored = sizes(partial, sorted(written))
      record = Record(partial, facts, inputs, stored)
      now = states([root / entry["file"] for entry in inputs], root)
      if find([record], now, "state") is None:
        raise bad_input(root, f"files of {case.id} that stay", "a change")
      write_record(record)
      target = self._cases / f"{case.id[:80]}-{record.digest[:16]}"
      if target.exists() and read_record(target) is None:
        self._discard(target)
      try:
        os.rename(partial, target)
      except OSError:  # another process may have been faster
        if read_record(target) is None:
          raise
    return record._replace(folder=target)

  def _discard(self, folder):
    """Takes its name away first, so that no half of a case has one."""
    with (
      files.partial_folder(self._cases) as partial,
      contextlib.suppress(FileNotFoundError),
    ):
      os.rename(folder, partial / folder.name)


def _files_of(case):
  """All that is read of a case: also the .json beside stacks of pictures."""
  files = (*case.images, *case.labels)
  beside = (stacks.sidecar(file) for file in files if stacks.is_known(file))
  return tuple(dict.fromkeys((*files, *filter(None, beside))))


def _renew(record, inputs):
  """The record with the new times; a cache that may only be read is fine."""
  record = record._replace(inputs=inputs)
  with contextlib.suppress(OSError):
    write_record(record)
  return record


def _check_ours(folder):
  found = files.read_json(folder / "cache.json")
  if found == _KIND:
    return
  foreign = files.foreign_names(folder, _OWN.__contains__)
  if found is not None or foreign:
    wanted = "a new or empty folder, or a cache of this version"
    raise bad_input(folder, wanted, found or foreign[:8])
  files.write_json(folder / "cache.json", _KIND)
