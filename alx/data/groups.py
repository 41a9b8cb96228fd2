"""Patients that the names of the items tell."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from alx.data.dataset import Dataset, bad_input


def group_by_pattern(dataset: Dataset, pattern: str) -> Dataset:
  r"""The data set with the patient of each item, taken from its id.

  Args:
    dataset: N items whose patients are not known, or are one for all.
    pattern: regular expression with one group, which is the patient. It
      matches whole ids, (patient\d+)_.* for patient7_left, or, with ^ in
      front, their beginnings: ^(.*)_

  Raises:
    DataError: no such expression, ids that it does not match, or patients
      that are known already.
  """
  try:
    compiled = re.compile(pattern)
  except (re.error, RecursionError, OverflowError) as error:
    raise bad_input("group_pattern", "a regular expression", error) from error
  if compiled.groups != 1:
    wanted = r"one group in parentheses, as in (patient\d+)_.*"
    found = f"{compiled.groups} in {pattern}"
    raise bad_input("group_pattern", wanted, found)
  if dataset.groups is not None and not _is_one(dataset.groups):
    wanted = "data that do not tell the patients, for group_pattern to do it"
    count = len(set(dataset.groups))
    raise bad_input(dataset.name, wanted, f"{count} patients")
  part = pattern.startswith("^") and not pattern.endswith("$")
  match_of = compiled.match if part else compiled.fullmatch
  found = [match_of(name) for name in dataset.ids]
  groups = tuple(match and match[1] for match in found)
  missing = [i for i, group in enumerate(groups) if not group]
  if missing:
    wanted = f"ids that match group_pattern {pattern}"
    wanted += "" if part else " as a whole (as a beginning with ^ in front)"
    first = dataset.ids[missing[0]]
    raise bad_input(
      dataset.name, wanted, f"{len(missing)} that do not, the first {first}"
    )
  return dataset._replace(groups=groups, notes=_notes(dataset, groups))


def _is_one(groups):
  """Whether several items have one patient, as a constant PatientID says."""
  return len(groups) > 1 and len(set(groups)) == 1


def _notes(dataset, groups):
  """More lines, where the pattern or the given split keep none together."""
  lines = []
  if dataset.groups is not None:
    lines.append(
      f"group_pattern: its {len(set(groups))} patients take the place of the "
      f"one that the data tell for all {len(groups)} items"
    )
  if len(set(groups)) == len(groups):
    lines.append(f"group_pattern: {len(groups)} items, no two of one group")
  lines += notes_of_split("group_pattern", groups, dataset.split)
  return (*dataset.notes, *lines)


def notes_of_split(
  name: object, groups: Sequence[str] | None, split: np.ndarray | None
) -> list[str]:
  """A line about groups that the split which data give does not keep together.

  Args:
    name: what the line begins with.
    groups: N; None: not known.
    split: [N]; None: not given.
  """
  if groups is None or split is None:
    return []
  parts = Counter(g for g, _ in {*zip(groups, split.tolist(), strict=True)})
  torn = [group for group, count in parts.items() if count > 1]
  if not torn:
    return []
  return [
    f"{name}: {len(torn)} groups are in several parts of the split that the "
    f"data give, such as {min(torn)}"
  ]
