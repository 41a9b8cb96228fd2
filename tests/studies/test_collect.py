"""The page of a study, of rows whose curves were written by hand."""

import html
import io

import pytest
from rich.console import Console

from alx.runs.disk import store
from alx.runs.settings.config import Config
from alx.studies import collect, rows

BUDGETS = ("4+1x3", "4+1x5", "4+1x7")
# By acquisition and seed: with the first labels and with the last.
SCORES = {
  ("random", 0): (0.5, 0.70),
  ("random", 1): (0.5, 0.72),
  ("entropy", 0): (0.5, 0.90),
  ("entropy", 1): (0.5, 0.93),
}


@pytest.fixture
def table(tmp_path, monkeypatch):
  """Rows of three budgets; of the last one none has begun."""
  axes = rows.Axes(("a<b>.npz",), ("auto",), BUDGETS, ("random", "entropy"), 2)
  table = rows.expand(Config(acquisition=()), axes)
  monkeypatch.setattr(rows, "newest_step", lambda _: 2)  # no model is kept
  about = {"digest": "a", "metric": "auc", "name": "x", "task": "y"}
  for row in table:
    store.open_run(tmp_path / row.group, row.config, about, {})
    if row.group.endswith(BUDGETS[-1]):
      continue
    last = row.config.start + row.config.query
    curve = [
      {"round": r, "labels": n, "auc": s}
      for r, n, s in zip(
        (0, 1), (4, last), SCORES[row.acquisition, row.seed], strict=True
      )
    ]
    folder = rows.folder(tmp_path, row)
    folder.mkdir(parents=True)
    store.append_rows(folder / "curve.csv", curve)
  return table


def test_each_group_that_has_begun_is_answered(table, tmp_path):
  console = Console(file=io.StringIO(), width=200)
  page = collect.collect(tmp_path, table, console).read_text()
  told = console.file.getvalue().split("┏")[0].splitlines()[1:]
  groups = list(dict.fromkeys(row.group for row in table))
  assert told[0] == f"{groups[0]}:" and groups[2] not in "".join(told)
  # Gaps of 0.20 and 0.21, of two seeds.
  few = "Two seeds say little about chance"
  gap = "the AUC is 0.205 higher for entropy"
  assert told[1].startswith(few) and gap in " ".join(told)
  assert max(map(len, told)) <= 80
  box, rest = page.split("<h1>Study</h1>")
  assert few in box and gap in html.unescape(box)
  assert "a&lt;b&gt;" in box and "<b>a<" not in box and groups[2] not in box
  assert html.escape(groups[2]) in rest


def test_of_nothing_there_is_no_box(table, tmp_path):
  last = [row for row in table if row.group.endswith(BUDGETS[-1])]
  console = Console(file=io.StringIO(), width=200)
  page = collect.collect(tmp_path, last, console).read_text()
  assert 'class="answer"' not in page
  assert console.file.getvalue().rstrip().endswith("┘")


def test_a_study_says_what_one_label_was_and_what_it_cost(table, tmp_path):
  console = Console(file=io.StringIO(), width=200)
  page = collect.collect(tmp_path, table, console).read_text()
  assert "What one label was" not in page
  assert "voxels" not in store.read_rows(tmp_path / "rows.csv")[0]
  groups = list(dict.fromkeys(row.group for row in table))
  path = tmp_path / groups[0] / "config.json"
  config = store.read_object(path, "", "")
  store.write_json(path, config | {"unit": "slices:axial", "max_per_item": 1})
  spent = [{"round": r, "items": 2 * r + 2, "voxels": 90} for r in (0, 1)]
  store.append_rows(rows.folder(tmp_path, table[0]) / "spent.csv", spent)
  page = collect.collect(tmp_path, table, console).read_text()
  told = page.split("What one label was")[1]
  assert "one of its axial slices. A round asks for no more than 1" in told
  assert "a&lt;b&gt;" in told and groups[1] not in html.unescape(told)
  first, second = store.read_rows(tmp_path / "rows.csv")[:2]
  assert (first["items"], first["voxels"]) == ("4", "90")
  assert second["items"] == "" and "boundary_mm" not in first
