"""The parts that a training step is taken apart into."""

import dataclasses

import jax
import numpy as np
import pytest

from alx.runs.problem import learning
from alx.runs.settings.config import Config, override
from experiments.benchmarks import step_parts


@pytest.fixture
def step(tmp_path):
  rng = np.random.default_rng(0)
  path = tmp_path / "e.npz"
  labels = np.arange(24) % 2
  np.savez(path, features=rng.standard_normal((24, 3)), labels=labels)
  changes = ["test_items=4", "acquisition=", "batch=4"]
  return step_parts.make_step(override(Config(data=str(path)), changes))


def test_the_loss_is_that_of_the_first_step_of_a_fit(step):
  key, task = jax.random.key(3), step.task
  params = task.learner.init(jax.random.key(4))
  config = dataclasses.replace(step.config, steps=1)
  fit = learning.make_learner(config, task.dataset).fit
  data = task.images, task.labels, step_parts.some_labelled(task)
  _, history = fit(key, params, *data)
  ((of_items, of_dropout),) = jax.vmap(jax.random.split)(
    jax.random.split(key, 1)
  )
  drawn = jax.tree.map(lambda x: x[0], step.draws(of_items[None]))
  loss = step.loss_of(params, step.batch_of(drawn), of_dropout)
  np.testing.assert_allclose(loss, history[0], rtol=1e-6)


@pytest.mark.parametrize(
  "change", ["schedule=converged", "ensemble=deep", "accumulate=2"]
)
def test_fits_that_have_other_parts_are_refused(change):
  with pytest.raises(ValueError, match="wanted a fit of one network"):
    step_parts.make_step(override(Config(), [change]))


def test_each_part_is_timed_and_what_is_left_is_told(step):
  parts = step_parts.parts_of(step, steps=2)
  found = step_parts.milliseconds(parts, steps=2, repeats=1)
  assert list(found) == ["batch", "forward", "gradient", "update", "fit"]
  assert all(value > 0 for value in found.values())
  known = {"batch": 1.0, "forward": 2.0, "gradient": 5.0, "update": 3.0}
  table = step_parts.table_of(known | {"fit": 10.0}, parts, "")
  cells = [list(column.cells) for column in table.columns]
  assert cells[1][cells[0].index("the rest")] == "1.00"
  assert cells[2][cells[0].index("update")] == "30%"
