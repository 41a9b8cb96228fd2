"""Fits whose items weigh more or less, through every kind of learner."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import make_unet
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.epochs import make_epoch_learner
from alx.training.ensemble import make_ensemble, make_snapshots
from alx.training.learner import make_learner
from alx.training.settings import Training
from tests import problems
from tests.training.descent.test_fitting import classes, pool_of, start

KEY = jax.random.key(3)


def fits(learner, count=24, weights=(None, 1.0, 0.5)):
  """Params of fits with these weights of all items."""
  images, labels = problems.blobs()
  params, pool = start(learner), pool_of(labels, count)
  for weight in weights:
    more = () if weight is None else (jnp.full(24, weight, jnp.float32),)
    yield jax.jit(learner.fit)(KEY, params, images, labels, pool, *more)


def test_weights_of_one_are_the_plain_fit():
  learner = classes(10)[2]
  (plain, losses), (found, same), (_, half) = fits(learner)
  chex.assert_trees_all_close(plain, found, rtol=1e-4, atol=1e-6)
  np.testing.assert_allclose(losses, same, rtol=1e-4)
  np.testing.assert_allclose(half[0], losses[0] / 2, rtol=1e-5)


def test_a_step_is_that_of_the_weighted_gradient():
  """One step of SGD: the change of params is linear in the weights."""
  learner = classes(1, optimizer="sgd", clip=0.0, schedule="cosine")[2]
  images, labels = problems.blobs()
  params, pool = start(learner), pool_of(labels, 24)

  def change(weights):
    found, _ = jax.jit(learner.fit)(
      KEY, params, images, labels, pool, jnp.float32(weights)
    )
    return jax.tree.map(lambda x, y: x - y, found, params)

  some = np.linspace(0.1, 0.9, 24)
  whole, part, rest = change(np.ones(24)), change(some), change(1 - some)
  added = jax.tree.map(jnp.add, part, rest)
  chex.assert_trees_all_close(added, whole, rtol=1e-3, atol=1e-6)


def test_labels_that_weigh_nothing_teach_nothing():
  """Whatever they say, the fit is the same to the bit."""
  learner = classes(10, class_aware=0.0)[2]
  images, labels = problems.blobs()
  fit, odd = jax.jit(learner.fit), jnp.arange(24) % 2
  rest = pool_of(labels, 24), jnp.where(odd, 0.0, 1.0)
  params = start(learner)
  one, _ = fit(KEY, params, images, labels, *rest)
  wrong = jnp.where(odd, 1 - labels, labels)
  other, _ = fit(KEY, params, images, wrong, *rest)
  chex.assert_trees_all_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("make", [make_ensemble, make_snapshots])
def test_ensembles_hand_weights_on(make):
  learner = make(classes(3)[2], 2)
  plain, same, half = fits(learner)
  chex.assert_trees_all_close(plain[0], same[0], rtol=1e-4, atol=1e-6)
  np.testing.assert_allclose(half[1][0, 0], plain[1][0, 0] / 2, rtol=1e-5)


@pytest.mark.slow
def test_maps_at_several_levels_are_weighed():
  images, labels = problems.squares()
  model = make_unet(2, 2, (4, 4, 4), light=True, deep=True)
  training = Training((8, 8), steps=1, batch=2, augment=problems.PLAIN)
  learner = make_learner(model, 2, 1, training)
  pool, params = pool_of(labels, 4), start(learner)
  fit = jax.jit(learner.fit)
  _, plain = fit(KEY, params, images, labels, pool)
  _, half = fit(KEY, params, images, labels, pool, jnp.full(10, 0.5))
  np.testing.assert_allclose(half, plain / 2, rtol=1e-5)


def test_a_fit_by_epochs_refuses_them():
  training = Training((8, 8))
  learner = make_epoch_learner(make_unet(2, 2, (4,)), 2, 1, training, Epochs())
  with pytest.raises(ValueError, match="weighs all items alike"):
    learner.fit(KEY, None, None, None, None, jnp.ones(3))
