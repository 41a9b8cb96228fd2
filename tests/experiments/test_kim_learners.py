"""How the networks of the study are fitted, and how they predict."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches
from alx.pool import init_pool, mark_labelled
from alx.prediction import Prediction
from alx.training.learner import Learner
from experiments.kim import learners
from experiments.kim.items import load_items
from tests.kim_runs import tiny, write_squares


def test_a_mean_of_passes_is_one_prediction():
  def predict(key, params, images, items, samples):
    probs = jnp.arange(samples, dtype=float)[:, None, None] / 4
    return Prediction(probs, None, None)

  learner = learners.mean_of_passes(Learner(None, None, predict), 3)
  found = learner.predict(None, None, None, None)
  np.testing.assert_allclose(found.probs, [[[0.25]]])


def test_volumes_are_whole_only_where_they_have_one_extent(tmp_path):
  kim = tiny(write_squares(tmp_path), prediction="whole", widths=(4, 8, 8))
  dataset = load_items(kim)
  assert learners.whole_extent(kim, dataset) == (8, 8)
  odd = dataset._replace(images=(np.zeros((9, 13, 1)),))
  assert learners.whole_extent(kim, odd) == (12, 16)
  assert learners.whole_extent(tiny("", widths=(4,)), odd) == ()
  both = dataset._replace(images=dataset.images + odd.images)
  with pytest.raises(
    ValueError, match=r"one extent, found \(8, 8\) to \(9, 13\)"
  ):
    learners.whole_extent(kim, both)


def test_members_that_are_batched_are_fitted_in_turn(tmp_path):
  """What vmap would do to all of them at once, a map does one by one."""
  dataset = load_items(tiny(write_squares(tmp_path)))
  kim = tiny("", members=2, epochs=1, least_steps=1)
  learner = learners.make_learner("bootstrap", kim, dataset)
  images = jax.tree.map(
    jnp.asarray, patches.stack_images(dataset.images, kim.patch)
  )
  labels = jnp.asarray(np.stack(dataset.labels))
  pool = mark_labelled(init_pool(10), jnp.arange(4, dtype=jnp.int32))
  program = jax.make_jaxpr(learner.fit)(
    jax.random.key(0), learner.init(jax.random.key(1)), images, labels, pool
  )
  assert "custom_vmap_call" in str(program)
