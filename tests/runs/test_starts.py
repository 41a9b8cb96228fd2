"""Starting sets of runs, and what is warned of before they begin."""

import jax
import numpy as np
import pytest

from alx import data
from alx.runs import cautions, starts
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.runs.units import choose

N, TEST = 24, 6


def problem_of(rows=None, labels=None, groups=None, by="item", ids=None):
  """24 pool and 6 test items: two heaps of features, or bright images."""
  rng = np.random.default_rng(0)
  if rows is None:
    heaps = np.arange(N + TEST)[:, None] % 2 * 10.0
    rows = (heaps + rng.standard_normal((N + TEST, 3))).astype(np.float32)
  labels = np.arange(N + TEST) % 3 if labels is None else labels
  dataset = data.Dataset(
    name="small",
    task="classification",
    ids=ids or tuple(f"p{n // 3}_{n}" for n in range(N + TEST)),
    images=tuple(rows),
    labels=tuple(np.array(x, np.int32) for x in labels),
    class_names=("a", "b", "c"),
    spacing_mm=(None,) * (N + TEST),
    groups=groups,
    split=None,
    left_out=(),
  )
  split = data.Split(np.arange(N), np.arange(N, N + TEST), np.arange(0), by)
  return Problem(dataset, split, *[None] * 8)


def chosen(problem, seed=0, **settings):
  config = Config(data="d", **settings)
  items = starts.first_items(problem, config, jax.random.key(seed))
  assert len(set(np.asarray(items).tolist())) == config.start
  return np.asarray(items)


def test_by_chance_it_is_as_it_was():
  order = jax.random.permutation(jax.random.fold_in(jax.random.key(3), 2), N)
  assert chosen(problem_of(), 3).tolist() == order[:4].tolist()


@pytest.mark.parametrize("name", ["k_means", "facility_location", "typiclust"])
def test_features_of_the_data_are_covered(name):
  items = chosen(problem_of(), start=2, start_with=name)
  assert sorted(items % 2) == [0, 1]  # one of each heap


def test_strata_are_in_their_shares_or_even():
  labels = np.array([0] * 18 + [1] * 4 + [2] * 2 + [0, 1, 2] * 2)
  problem = problem_of(labels=labels)
  items = chosen(problem, start=12, start_with="stratified")
  assert np.bincount(labels[items]).tolist() == [9, 2, 1]
  items = chosen(problem, start=6, start_with="balanced")
  assert np.bincount(labels[items]).tolist() == [2, 2, 2]


def test_features_in_a_file_and_of_images(tmp_path):
  images = np.zeros((N + TEST, 8, 8, 1), np.float32)
  images += (np.arange(N + TEST) % 2)[:, None, None, None]
  images += np.random.default_rng(0).normal(0, 0.1, images.shape)
  problem = problem_of(images.astype(np.float32))
  items = chosen(problem, start=2, start_with="k_means")  # pca of the images
  assert sorted(items % 2) == [0, 1]
  path = tmp_path / "f.npy"
  np.save(path, np.arange(N + TEST)[:, None] // 15 * 9.0 + np.eye(N + TEST))
  items = chosen(
    problem, start=2, start_with="k_means", start_features=str(path)
  )
  assert sorted(items // 15) == [0, 1]
  np.save(path, np.eye(5))
  with pytest.raises(data.DataError, match=r"f\.npy"):
    chosen(problem, start_with="k_means", start_features=str(path))


def test_a_cap_spreads_the_patients():
  groups = tuple(f"p{n % 4}" for n in range(N + TEST))
  problem = problem_of(groups=groups)
  items = chosen(problem, start_with="k_center", max_per_group=1)
  assert sorted(items % 4) == [0, 1, 2, 3]


def told(problem, **settings):
  return cautions.lines(Config(data="d", **settings), problem)


def test_unknown_patients_are_warned_of_with_a_remedy():
  (line,) = told(problem_of(), start=24)
  assert line == (
    "patients are not known, so items of one may be in the pool and among the "
    "test items; --group='^(.*)_' reads them from ids such as p0_0"
  )
  assert told(problem_of(by="given"), start=24) == []
  assert told(problem_of(), start=24, split_by_item=True) == []


def test_patients_on_both_sides_are_warned_of():
  groups = (*(f"p{n}" for n in range(N)), "p0", "p1", "q", "q", "", "")
  (line,) = told(problem_of(groups=groups, by="given"), start=24)
  assert line.startswith("2 of 3 patients of the test items are in the pool")
  alone = tuple("a" * N) + tuple("b" * TEST)
  (line,) = told(problem_of(groups=alone, by="group"), start=24)
  assert line == "all 6 test items are of one patient, b"


def test_classes_that_a_start_lacks_are_named():
  labels = np.array([0] * 23 + [1] + [0, 1, 2] * 2)
  problem = problem_of(labels=labels, by="given")
  lines = told(problem, start=2, seeds=3)
  assert lines[-1] == "no c among the 2 labels of the start, in 3 of 3 seeds"
  (line,) = told(problem, start=2, seeds=1, start_with="stratified")[:1]
  assert line == (
    "start_with=stratified reads the labels of the pool, which nobody has "
    "before labelling"
  )


def test_features_and_a_compiled_choice_serve_all_seeds(monkeypatch):
  images = np.random.default_rng(0).normal(0, 1, (N + TEST, 8, 8, 1))
  problem = problem_of(images.astype(np.float32))._replace(memo={})
  settings = {"start": 4, "start_with": "k_center"}
  fresh = [chosen(problem._replace(memo=None), s, **settings) for s in (3, 4)]
  first = chosen(problem, 3, **settings)
  monkeypatch.setattr(starts.label_free, "make_features", None)
  monkeypatch.setattr(choose, "arm_of", None)
  other = chosen(problem, 4, **settings)
  assert [first.tolist(), other.tolist()] == [x.tolist() for x in fresh]


def test_it_is_chosen_once_for_a_problem(monkeypatch):
  problem = problem_of()._replace(memo={})
  first = chosen(problem, 3)
  other = chosen(problem, 4)
  monkeypatch.setattr(
    starts, "draw_start", None
  )  # would fail if it were called
  assert chosen(problem, 3).tolist() == first.tolist()
  assert chosen(problem, 4).tolist() == other.tolist() != first.tolist()
  with pytest.raises(TypeError):
    chosen(problem, 3, start=5)
