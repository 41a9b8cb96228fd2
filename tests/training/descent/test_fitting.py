"""Fits against the obvious loop over steps, and fits that end by themselves."""

import dataclasses
import functools
import inspect

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alx.devices.seeds import over_seeds
from alx.models import make_mlp, make_unet
from alx.pool import init_pool, mark_labelled
from alx.training import losses
from alx.training.descent import by_weight
from alx.training.descent.converged import has_converged
from alx.training.descent.optimizers import make_optimizer
from alx.training.draw import count_draws, cut_batch, draw_items
from alx.training.learner import make_learner, steps_made
from alx.training.settings import Convergence, Training
from tests import problems

ENDS = Convergence(tolerance=0.3, window=5, least=20)
SETTINGS = {"batch": 8, "augment": problems.PLAIN}


def classes(steps=20, **settings):
  training = Training((2, 2), steps=steps, **SETTINGS, **settings)
  model = make_mlp(2, widths=(8,), dropout=0.3)
  return model, training, make_learner(model, 2, 1, training)


@functools.cache
def converging(tolerance=0.3, steps=200):
  """A learner for `blobs` whose fits end by themselves, compiled."""
  rule = dataclasses.replace(ENDS, tolerance=tolerance)
  learner = classes(
    steps, schedule="converged", convergence=rule, learning_rate=3e-2
  )[2]
  return problems.compiled(learner)


def pool_of(labels, count):
  items = jnp.arange(labels.shape[0], dtype=jnp.int32)
  return mark_labelled(init_pool(labels.shape[0]), items[:count])


def start(learner, seed=1):
  return jax.jit(learner.init)(jax.random.key(seed))


def plain_loop(key, params, images, labels, pool, model, training, loss_of):
  """The steps one by one: ([params after each], losses)."""
  optimizer, after, found = make_optimizer(training), [], []
  draws = count_draws(labels, pool, 2)
  keys = jax.vmap(jax.random.split)(jax.random.split(key, training.steps))
  drawn = draw_items(keys[:, 0], pool, draws, training)
  state = optimizer.init(params)

  @jax.jit
  def step(params, state, key, one):
    inputs, truth = cut_batch(one, images, labels, training)
    loss, grads = jax.value_and_grad(
      lambda p: loss_of(model, p, inputs, truth, key)
    )(params)
    updates, state = optimizer.update(grads, state, params)
    return optax.apply_updates(params, updates), state, loss

  for i in range(training.steps):
    one = jax.tree.map(lambda x, i=i: x[i], drawn)
    params, state, loss = step(params, state, keys[i, 1], one)
    after.append(params)
    found.append(loss)
  return after, np.array(found)


def of_classes(model, params, inputs, truth, key):
  return losses.cross_entropy(model.apply(params, inputs, key)[0], truth)


@pytest.mark.parametrize("ema", [0.0, 0.7])
def test_a_fit_is_its_steps_and_with_an_average_the_mean_of_them(ema):
  images, labels = problems.blobs()
  model, training, learner = classes(6, ema=ema)
  pool, params = pool_of(labels, 9), start(learner)
  key = jax.random.key(3)
  found, history = jax.jit(learner.fit)(key, params, images, labels, pool)
  after, wanted = plain_loop(
    key, params, images, labels, pool, model, training, of_classes
  )
  np.testing.assert_allclose(history, wanted, rtol=1e-5)
  weights = 0.7 ** np.arange(5, -1, -1) if ema else np.eye(6)[5]
  mean = jax.tree.map(
    lambda *x: np.tensordot(weights / weights.sum(), np.stack(x), 1), *after
  )
  chex.assert_trees_all_close(found, mean, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_deep_supervision_is_the_loss_of_all_levels():
  """Three widths have losses at 1 and 1/2 of the extent, 2/3 and 1/3."""
  images, labels = problems.squares()
  model = make_unet(2, 2, (4, 4, 4), dropout=0.3, light=True, deep=True)
  training = Training((8, 8), steps=1, batch=2, augment=problems.PLAIN)
  learner = make_learner(model, 2, 1, training)
  pool, params = pool_of(labels, 4), start(learner)
  key = jax.random.key(3)
  found, history = jax.jit(learner.fit)(key, params, images, labels, pool)

  @jax.jit
  def first_loss(params):
    keys = jax.random.split(jax.random.split(key, 1)[0])
    draws = count_draws(labels, pool, 2)
    drawn = draw_items(keys[:1], pool, draws, training)
    one = jax.tree.map(lambda x: x[0], drawn)
    inputs, truth = cut_batch(one, images, labels, training)
    fine, coarse = model.levels(params, inputs, keys[1])
    assert coarse.shape == (2, 4, 4, 2)
    of_fine = losses.segmentation_loss(fine, truth)
    of_coarse = losses.segmentation_loss(coarse, truth[:, ::2, ::2])
    return (2 * of_fine + of_coarse) / 3

  np.testing.assert_allclose(history, [first_loss(params)], rtol=1e-5)
  moved = jax.tree.map(lambda x, y: bool((x != y).any()), found, params)
  assert moved["heads"][0]["params"]["kernel"]


@pytest.mark.parametrize("weight", [None, 1.0])
def test_an_evidential_fit_has_the_dice_that_is_asked_for(weight, monkeypatch):
  where, name = losses, "evidential_segmentation_loss"
  if weight is not None:
    where, name = by_weight, "evidential_loss"
  loss, seen = getattr(where, name), []

  def noted(*given):
    told = inspect.signature(loss).bind(*given).arguments
    seen.append(told["dice"])
    return loss(*given)

  monkeypatch.setattr(where, name, noted)
  images, labels = problems.squares()
  more = () if weight is None else (jnp.full(10, weight),)
  for dice in ("batch", "item", "none"):
    training = Training((8, 8), steps=1, evidential=True, dice=dice)
    learner = make_learner(make_unet(2, 2, (4,)), 2, 1, training)
    params = jax.eval_shape(learner.init, jax.random.key(1))
    given = jax.random.key(0), params, images, labels, pool_of(labels, 4)
    jax.eval_shape(learner.fit, *given, *more)
  assert list(dict.fromkeys(seen)) == ["batch", "item", "none"]


def test_one_program_ends_early_or_late_with_the_labels():
  images, labels = problems.blobs()
  learner, made = converging(0.3), []
  for count in (4, 9, 24):
    fit = learner.fit(
      jax.random.key(0), start(learner), images, labels, pool_of(labels, count)
    )
    made.append(int(steps_made(fit[1])))
    assert has_converged(fit[1])
    again = learner.fit(
      jax.random.key(0), start(learner), images, labels, pool_of(labels, count)
    )
    chex.assert_trees_all_equal(fit, again)
  assert learner.fit._cache_size() == 1
  assert all(20 < m < 200 and m % 5 == 0 for m in made)


def test_a_fit_that_goes_on_to_fall_ends_at_its_limit():
  images, labels = problems.blobs()
  learner = converging(-9.0, steps=47)
  _, history = learner.fit(
    jax.random.key(0), start(learner), images, labels, pool_of(labels, 24)
  )
  # Windows of 5: 6 steady ones and 3 of decay.
  assert history.shape == (45,) and int(steps_made(history)) == 45
  assert not has_converged(history)


@pytest.mark.parametrize("vectorized", [False, True])
def test_a_seed_that_has_ended_waits_for_the_others_unchanged(vectorized):
  images, labels = problems.blobs()
  learner = converging(0.3)

  def run(key):
    return learner.fit(
      key, learner.init(key), images, labels, pool_of(labels, 9)
    )

  mapped = over_seeds(
    run, vectorized=vectorized, devices=jax.local_devices()[:1]
  )
  keys = jax.random.split(jax.random.key(5), 4)
  found = mapped(keys)
  made = (~np.isnan(np.asarray(found[1]))).sum(1)
  assert len(set(made.tolist())) > 1
  first = keys[np.argmin(made)]
  with_others = jax.tree.map(lambda x: x[np.argmin(made)], found)
  company = mapped(jnp.stack([first] * 4))
  for place in range(4):
    alone = jax.tree.map(lambda x, i=place: x[i], company)
    chex.assert_trees_all_equal(with_others, alone)


def test_steps_are_the_losses_that_are_numbers():
  assert int(steps_made(jnp.array([1.0, 2.0, jnp.nan]))) == 2
  assert int(steps_made(jnp.full((2, 3), 1.0))) == 6
  assert int(steps_made(None)) == 0


def test_a_batch_in_pieces_is_the_batch():
  """Without dropout, a mean of means is the mean of all."""
  images, labels = problems.blobs()
  pool = pool_of(labels, 12)
  model = make_mlp(2, widths=(8,), dropout=0.0)
  found = []
  for pieces in (1, 4):
    training = Training((2, 2), steps=6, accumulate=pieces, **SETTINGS)
    learner = problems.compiled(make_learner(model, 2, 1, training))
    begin = start(learner)
    found.append(learner.fit(jax.random.key(0), begin, images, labels, pool))
  (params, losses), (same, alike) = found
  np.testing.assert_allclose(alike, losses, rtol=1e-5)
  for x, y in zip(jax.tree.leaves(params), jax.tree.leaves(same), strict=True):
    np.testing.assert_allclose(y, x, rtol=1e-3, atol=1e-5)


def test_pieces_have_dropout_of_their_own():
  images, labels = problems.blobs()
  pool = pool_of(labels, 12)
  losses = []
  for pieces in (1, 2):
    _, _, learner = classes(4, accumulate=pieces)
    learner = problems.compiled(learner)
    fit = learner.fit(jax.random.key(0), start(learner), images, labels, pool)
    losses.append(np.asarray(fit[1]))
  assert np.abs(losses[0] - losses[1]).max() > 1e-3
