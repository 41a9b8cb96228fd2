"""Losses of maps that are partly labelled, and of those that are not."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alx.label_maps import UNLABELLED
from alx.training import losses

PROGRESS = jnp.float32(0.3)


def levels(logits, labels, partly=True):
  coarse = [logits, logits[:, ::2, ::2] * 0.5, logits[:, ::4, ::4] * 2]
  loss = partial(losses.segmentation_loss, partly=partly)
  return losses.over_levels(loss, coarse, labels, partly)


def weighted(logits, labels, partly=True):
  return losses.weighted_segmentation_loss(logits, labels, 4.0, partly).mean()


LOSSES = {
  "cross_entropy": losses.cross_entropy,
  "soft_dice": losses.soft_dice,
  "item_dice": losses.item_dice,
  "segmentation": losses.segmentation_loss,
  "weighted": weighted,
  "evidential": partial(losses.evidential_segmentation_loss, progress=PROGRESS),
  "levels": levels,
}
each_loss = pytest.mark.parametrize("name", list(LOSSES))


def example(seed=0, shape=(2, 8, 8), num_classes=3):
  rng = np.random.default_rng(seed)
  logits = rng.normal(size=(*shape, num_classes)).astype(np.float32)
  return jnp.asarray(logits), rng.integers(
    0, num_classes, shape, dtype=np.uint8
  )


@each_loss
def test_the_gradient_is_zero_where_nothing_is_labelled(name):
  logits, labels = example()
  labels[:, ::3] = UNLABELLED
  value, grads = jax.jit(jax.value_and_grad(LOSSES[name]))(logits, labels)
  unlabelled = labels == UNLABELLED
  assert np.isfinite(value)
  assert not np.asarray(grads)[unlabelled].any()
  assert np.asarray(grads)[~unlabelled].any()


@each_loss
def test_what_is_predicted_there_changes_nothing(name):
  logits, labels = example()
  labels[:, 2:5] = UNLABELLED
  other = jnp.where((labels == UNLABELLED)[..., None], 7.0, logits)
  both = jax.jit(jax.value_and_grad(LOSSES[name]))
  for a, b in zip(both(logits, labels), both(other, labels), strict=True):
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "levels"])
@pytest.mark.parametrize("part", ["near", "far"])
def test_it_is_the_loss_of_the_labelled_part_alone(name, part):
  logits, labels = example()
  inside = slice(0, 3) if part == "near" else slice(5, 8)
  partly = np.full_like(labels, UNLABELLED)
  partly[:, inside] = labels[:, inside]
  found = jax.jit(LOSSES[name])(logits, partly)
  wanted = jax.jit(LOSSES[name])(logits[:, inside], labels[:, inside])
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


@each_loss
def test_of_nothing_labelled_the_loss_is_zero(name):
  logits, labels = example()
  labels[:] = UNLABELLED
  value, grads = jax.jit(jax.value_and_grad(LOSSES[name]))(logits, labels)
  assert value == 0
  assert not np.asarray(grads).any()


def test_an_item_without_a_label_is_no_part_of_the_mean_over_items():
  logits, labels = example()
  partly = labels.copy()
  partly[1] = UNLABELLED
  found = losses.item_dice(logits, partly)
  wanted = losses.item_dice(logits[:1], labels[:1])
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_a_level_without_a_label_is_left_out():
  # Only odd rows are labelled: coarser levels see even ones.
  logits, labels = example()
  labels[:, ::2] = UNLABELLED
  found = levels(logits, labels)
  wanted = losses.segmentation_loss(logits, labels)
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_class_255_of_a_thousand_is_a_class():
  logits, labels = jnp.zeros((2, 1000)), jnp.array([255, 3])
  np.testing.assert_allclose(
    losses.cross_entropy(logits, labels), np.log(1000), rtol=1e-6
  )
  logits = logits.at[0, 255].set(100.0)
  found = losses.cross_entropy(logits, jnp.array([255, 255]))
  np.testing.assert_allclose(found, np.log(1000) / 2, rtol=1e-6)


def plain_nats(logits, labels):
  return optax.softmax_cross_entropy_with_integer_labels(
    logits, labels.astype(jnp.int32)
  )


def plain_dice(logits, labels, axes, first, smooth):
  probs = jax.nn.softmax(logits)[..., first:]
  truth = jax.nn.one_hot(labels, logits.shape[-1])[..., first:]
  shared, total = (probs * truth).sum(axes), probs.sum(axes) + truth.sum(axes)
  return 1.0 - ((2.0 * shared + smooth) / (total + smooth)).mean()


PLAIN = {
  "cross_entropy": lambda x, y: plain_nats(x, y).mean(),
  "soft_dice": lambda x, y: plain_dice(x, y, (0, 1, 2), 1, 1.0),
  "item_dice": lambda x, y: plain_dice(x, y, (1, 2), 0, 1e-5),
  "segmentation": lambda x, y: (
    plain_nats(x, y).mean() + plain_dice(x, y, (0, 1, 2), 1, 1.0)
  ),
  "weighted": lambda x, y: (
    (plain_nats(x, y) * jnp.where(y.astype(jnp.int32) > 0, 4.0, 1.0)).mean(
      (1, 2)
    )
    + jax.vmap(lambda a, b: plain_dice(a[None], b[None], (0, 1, 2), 1, 1.0))(
      x, y
    )
  ).mean(),
}


@pytest.mark.parametrize("name", list(PLAIN))
@pytest.mark.parametrize("shape", [(2, 8, 8), (3, 7, 5)])
def test_with_all_labelled_nothing_changes_to_the_bit(name, shape):
  logits, labels = example(3, shape)
  both = [
    jax.jit(jax.value_and_grad(loss))(logits, labels)
    for loss in (partial(LOSSES[name], partly=False), PLAIN[name])
  ]
  for a, b in zip(*both, strict=True):
    np.testing.assert_array_equal(a, b)


@each_loss
def test_looking_for_unlabelled_voxels_changes_nothing_where_none_is(name):
  logits, labels = example(3)
  both = [
    jax.jit(jax.value_and_grad(partial(LOSSES[name], partly=partly)))(
      logits, labels
    )
    for partly in (True, False)
  ]
  for a, b in zip(*both, strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)
