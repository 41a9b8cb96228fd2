"""A comparison from Python: numbers back, errors as they are."""

import csv

import numpy as np
import pytest
from rich.console import Console

from alx import report, runs
from alx.data import DataError
from alx.runs.disk.claim import EXPIRES_S, FOLDER, Claim, Held

SMALL = {
  "acquisition": ("entropy",),
  "rounds": 1,
  "start": 4,
  "query": 3,
  "steps": 4,
  "model": "mlp",
  "widths": (8,),
  "test_items": 12,
  "pictures": 0,
}


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
  """A two-class .npz of 32 images."""
  rng = np.random.default_rng(0)
  labels = np.arange(32) % 2
  images = rng.standard_normal((32, 4, 4)) + labels[:, None, None]
  path = tmp_path_factory.mktemp("data") / "two.npz"
  np.savez(path, images=images.astype(np.float32), labels=labels)
  return path


@pytest.fixture(scope="module")
def config(classes):
  return runs.Config(data=str(classes), seeds=2, first_seed=1, **SMALL)


@pytest.fixture(scope="module")
def found(config, tmp_path_factory):
  """(Result, what was printed)."""
  workdir = tmp_path_factory.mktemp("runs") / "two"
  with open(workdir.parent / "told", "w+") as told:
    result = runs.run(config, workdir, console=Console(file=told))
    told.seek(0)
    return result, told.read()


def test_scores_are_those_of_the_tables(found):
  result, told = found
  assert result.metric == "auc" and list(result.labels) == [4, 7]
  assert list(result.scores) == ["random", "entropy"]
  for name in (*result.scores, "full"):
    for row, seed in enumerate((1, 2)):
      folder = result.page.parent / "runs" / f"{name}-seed{seed}"
      lines = (folder / "curve.csv").read_text().splitlines()
      values = [float(line["auc"]) for line in csv.DictReader(lines)]
      of_name = result.full[:, None] if name == "full" else result.scores[name]
      np.testing.assert_array_equal(of_name[row], values)
  assert "AUC on the test items with 7 labels, 2 seeds (too few for" in told


def test_the_answer_is_before_the_table(found):
  result, told = found
  assert result.answer == report.read_answer(result.page.parent)
  lines = report.console_lines(result.answer)
  before, _, behind = told.partition("\n".join([*lines, ""]))
  assert "AUC on the test items" in behind and "AUC on" not in before
  assert "entropy" in " ".join(lines) and len(lines) <= 3


def test_a_notebook_shows_the_page(found):
  shown = found[0]._repr_html_()
  assert shown.startswith("<iframe") and "&lt;title&gt;" in shown
  assert shown.count("<") == 2  # nothing of the page is outside of its frame


def test_the_same_again_adds_nothing(found, config):
  before = found[0]
  curve = before.page.parent / "runs/entropy-seed1/curve.csv"
  text = curve.read_text()
  again = runs.run(config, before.page.parent)
  assert curve.read_text() == text
  np.testing.assert_array_equal(
    again.scores["entropy"], before.scores["entropy"]
  )


def test_without_baselines_and_full_there_are_none(classes, tmp_path):
  config = runs.Config(data=str(classes), seeds=1, full=False, **SMALL)
  result = runs.run(config, str(tmp_path / "w"), baselines=False)
  assert list(result.scores) == ["entropy"] and result.full.shape == (0,)


def test_errors_are_raised_as_they_are(classes, tmp_path):
  nothing = runs.Config(data=str(tmp_path / "none.npz"), **SMALL)
  with pytest.raises(DataError, match=r"none\.npz"):
    runs.run(nothing, tmp_path / "a")
  many = runs.Config(data=str(classes), **(SMALL | {"rounds": 99}))
  with pytest.raises(ValueError, match="but the pool holds 20"):
    runs.run(many, tmp_path / "b")
  with pytest.raises(ValueError, match="wanted --cache=DIR"):
    runs.run(many, tmp_path / "c", streamed=True)
  idle = runs.Config(data=str(classes), samples=3, **SMALL)
  with pytest.raises(ValueError, match="samples=3 does nothing"):
    runs.run(idle, tmp_path / "d")
  assert not (tmp_path / "d").exists()


def test_a_directory_that_is_worked_in_is_refused(config, tmp_path):
  other = Claim(tmp_path / FOLDER, "run", EXPIRES_S)
  assert other.take()
  with other, pytest.raises(Held, match="works there"):
    runs.run(config, tmp_path)


def test_what_is_not_there_is_an_attribute_error():
  assert "run" in dir(runs)
  with pytest.raises(AttributeError, match=r"alx\.runs.*'walk'"):
    runs.walk  # noqa: B018
