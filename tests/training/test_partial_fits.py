"""Fits to maps that are partly labelled."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.patches import stack_images, stack_labels
from alx.label_maps import UNLABELLED
from alx.models import make_unet
from alx.pool import init_pool, mark_labelled
from alx.training.augment import Augment
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.epochs import make_epoch_learner
from alx.training.draw import nan_if_unlabelled
from alx.training.learner import make_learner
from alx.training.settings import Training

PATCH = (8, 8)
PLAIN = Augment(flips=False, intensity=0.0)
MODEL = make_unet(num_classes=2, widths=(4, 8), spatial_dims=2)


def problem():
  """Bright squares, which are class 1, of which one row each is labelled."""
  rng = np.random.default_rng(0)
  labels = [np.zeros((12, 12), np.uint8) for _ in range(4)]
  for label in labels:
    label[3:9, 3:9] = 1
  images = [
    (y[..., None] + 0.2 * rng.normal(size=(*y.shape, 1))).astype(np.float32)
    for y in labels
  ]
  for row, label in enumerate(labels, 4):
    label[:row] = label[row + 1 :] = UNLABELLED
  stacked = jax.tree.map(jnp.asarray, stack_images(images, PATCH))
  return stacked, jnp.asarray(stack_labels(labels, PATCH))


def fitted(learner):
  images, labels = problem()
  pool = mark_labelled(init_pool(4), jnp.arange(4, dtype=jnp.int32))
  start = learner.init(jax.random.key(0))
  return jax.jit(learner.fit)(jax.random.key(1), start, images, labels, pool)


def settings(steps=60, partly=True, **more):
  return Training(PATCH, steps, augment=PLAIN, partly=partly, **more)


@pytest.mark.slow
def test_a_row_of_each_map_teaches_the_rest():
  learner = make_learner(MODEL, 2, 1, settings(learning_rate=2e-2))
  params, history = fitted(learner)
  assert history[-1] < 0.5 * history[0]
  images, _ = problem()
  found = learner.predict(
    jax.random.key(0), params, images, jnp.arange(4, dtype=jnp.int32), 0
  )
  wanted = np.zeros((12, 12), int)
  wanted[3:9, 3:9] = 1
  right = np.asarray(found.probs[0].argmax(-1)) == wanted
  assert right.mean() > 0.9


def test_without_a_word_about_it_no_number_comes_out():
  params, _ = fitted(make_learner(MODEL, 2, 1, settings(1, False)))
  assert all(jnp.isnan(x).all() for x in jax.tree.leaves(params))


@pytest.mark.slow
def test_epochs_learn_from_labelled_voxels():
  epochs = Epochs(most=2, stretch=(0.5, 2.0), degrees=45.0, chance=1.0)
  learner = make_epoch_learner(MODEL, 2, 1, settings(), epochs)
  params, course = fitted(learner)
  assert all(jnp.isfinite(x).all() for x in jax.tree.leaves(params))
  assert jnp.isfinite(course.loss).all()


def test_of_more_classes_than_255_the_value_is_a_class():
  pool = mark_labelled(init_pool(1), jnp.zeros(1, jnp.int32))
  labels = jnp.array([[[299, UNLABELLED], [0, 1]]], jnp.int32)
  found = nan_if_unlabelled(jnp.ones(2), labels, pool, settings(1, False), 300)
  assert found.tolist() == [1.0, 1.0]
  found = nan_if_unlabelled(jnp.ones(2), labels, pool, settings(1, False), 255)
  assert jnp.isnan(found).all()


def test_a_fit_of_300_classes_has_numbers():
  images, labels = problem()
  labels = jnp.where(labels == 1, UNLABELLED, 299).astype(jnp.int32)
  model = make_unet(num_classes=300, widths=(4,), spatial_dims=2)
  pool = mark_labelled(init_pool(4), jnp.arange(4, dtype=jnp.int32))
  learner = make_learner(model, 300, 1, settings(1, False))
  start = learner.init(jax.random.key(0))
  fit = jax.jit(learner.fit)
  params, _ = fit(jax.random.key(1), start, images, labels, pool)
  assert all(jnp.isfinite(x).all() for x in jax.tree.leaves(params))
