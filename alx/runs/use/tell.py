"""What is told of a prediction before it is made."""

from collections.abc import Sequence

from alx import csv_table
from alx.data.unlabelled.case import Cases
from alx.report.read import number
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.settings.arms import FULL
from alx.runs.use.trained import Trained


def about_classes(names: Sequence[str]) -> bytes:
  """The content of classes.csv: the values of masks and what they mean."""
  rows = [{"class": i, "name": name} for i, name in enumerate(names)]
  return csv_table.encode(csv_table.to_text(("class", "name"), rows))


def notes_of(trained: Trained, cases: Cases) -> list[str]:
  """Lines about what was found, and what of it the model has seen."""
  return [*cases.notes, *_seen(trained, [case.id for case in cases.cases])]


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
    split = store.read_object(path, "the split of a run", "it is not needed")
    return set(split.get("pool", ()))
  folder = run_folder(choice.workdir, choice.arm, choice.seed)
  rows = store.read_rows(folder / "picks.csv")
  return {r["id"] for r in rows if number(r.get("round")) <= choice.round}
