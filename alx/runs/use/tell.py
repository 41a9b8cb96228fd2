"""What is told of a prediction before it is made."""

from collections.abc import Mapping, Sequence

import numpy as np

from alx import csv_table
from alx.data.unlabelled.case import Cases
from alx.report.read import number
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.settings.arms import FULL
from alx.runs.settings.starting import LABELLED
from alx.runs.use.trained import Trained
from alx.units.make import case_of
from alx.units.spec import parse_unit

_NEAR = 1.1  # times that voxels may be larger, or smaller, and alike


def about_classes(names: Sequence[str]) -> bytes:
  """The content of classes.csv: the values of masks and what they mean."""
  rows = [{"class": i, "name": name} for i, name in enumerate(names)]
  return csv_table.encode(csv_table.to_text(("class", "name"), rows))


def notes_of(trained: Trained, cases: Cases) -> list[str]:
  """Lines about what was found, and what of it the model has seen."""
  return [*cases.notes, *_seen(trained, [case.id for case in cases.cases])]


def note_of_spacings(trained: Trained, rows: Sequence[Mapping]) -> list[str]:
  """A line about images whose voxels are not as large as the run's.

  Args:
    trained: the model.
    rows: of predictions.csv.
  """
  known = trained.about["images"]["spacing_mm"]
  if known is None:
    return []
  low, high = np.array(known)
  few, many = _factors(trained.config)
  others = [row for row in rows if not _is_within(row, low / many, high / few)]
  if not others:
    return []
  first, used, coarsen = others[0], _mm(low), trained.config.coarsen
  used += "" if _mm(low) == _mm(high) else f" to {_mm(high)}"
  used += f" mm by coarsen={coarsen}" if coarsen > 1 else " mm"
  return [
    f"{len(others)} of {len(rows)} images have voxels of another size than the "
    f"run's images ({used}), the first {first['id']}: "
    f"{first['spacing_mm'] or 'not told'}; voxels are taken as they are, as "
    "the run took its own"
  ]


def _factors(config):
  """How many times as large voxels of the run are, at least and at most [d].

  Of n voxels ceil(n / coarsen) are made, and the run's images have hardly
  fewer than its patch.
  """
  if config.coarsen == 1:
    return 1.0, 1.0
  most, made = config.coarsen, np.array(config.patch)
  return (most * (made - 1) + 1) / made, most


def _is_within(row, low, high):
  found = [number(text) for text in row.get("spacing_mm", "").split("x")]
  if len(found) != len(low):
    return False
  return bool((found >= low / _NEAR).all() and (found <= high * _NEAR).all())


def _mm(spacing):
  return "x".join(f"{mm:.4g}" for mm in spacing)


def _seen(trained, ids):
  """A line about images that have the names of labelled ones."""
  known = _labelled(trained)
  found = [name for name in ids if name in known]
  if not found:
    return []
  return [
    f"{len(found)} of {len(ids)} images have the names of items that the model "
    f"was trained on, the first {found[0]}: what it says of those is no test"
  ]


def _labelled(trained):
  choice = trained.choice
  if choice.arm == FULL:
    path = choice.workdir / "split.json"
    if not path.exists():  # a version of a project has none
      return set()
    split = store.read_object(path, "the split of a run", "it is not needed")
    return set(split.get("pool", ()))
  folder = run_folder(choice.workdir, choice.arm, choice.seed)
  rows = store.read_rows(folder / "picks.csv")
  kind = parse_unit(trained.config.unit).kind
  asked, later = set(), set()
  for row in rows:
    is_later = number(row.get("round")) > choice.round
    (later if is_later else asked).add(case_of(row["id"], kind))
  return asked | (_arrived(trained, folder) - later)


def _arrived(trained, folder):
  """Items labelled at the end that may have been so in part from the start."""
  if trained.config.start_with != LABELLED:
    return set()
  rows = store.read_rows(folder / "predictions.csv")
  return {r["id"] for r in rows if r["part"] == "pool" and r["labelled"] == "1"}
