"""What the fits of recipes are made on."""

import numpy as np

from alx.runs.problem import problem
from alx.runs.settings.config import Config, override
from experiments.benchmarks import recipe_fits


def test_larger_sets_of_labels_hold_the_smaller_ones():
  few, many = (
    set(recipe_fits.labelled(20, n, seed=1).order[:n].tolist()) for n in (3, 8)
  )
  assert len(few) == 3 and len(many) == 8 and few < many


def test_test_items_are_scored_on_only_where_validation_is_0(tmp_path):
  path = tmp_path / "e.npz"
  ids = np.arange(12)
  np.savez(path, features=ids[:, None] * np.ones(3), labels=ids % 2)
  config = override(Config(data=str(path)), ["test_items=4", "acquisition="])
  known, pool = recipe_fits.validated(config, 3)
  assert len(pool.ids) == 8 and (pool.split == 2).sum() == 3
  known, dataset = recipe_fits.validated(config, 0)
  tested = problem.split_of(known, dataset).test
  assert len(tested) == 4
  assert not {dataset.ids[i] for i in tested} & set(pool.ids)
