"""One epoch of a fit: steps over patches, and a look at what is held out."""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from alx import metrics
from alx.data.patches import Images, as_float, near
from alx.label_maps import is_labelled
from alx.models import Model
from alx.pool import pool_of
from alx.training import losses
from alx.training.affine import scale_and_turn
from alx.training.augment import Augment
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.held_out import Part, shuffle
from alx.training.by_epochs.restarts import Descent, learning_rate
from alx.training.draw import Drawn, cut_batch, with_labels
from alx.training.mirrors import allowed_axes
from alx.training.settings import Training
from alx.training.whole import grow


class Task(NamedTuple):
  """What stays the same during a fit."""

  model: Model
  num_classes: int
  training: Training
  epochs: Epochs
  descent: Descent
  images: Images
  labels: jax.Array
  axes: jax.Array | None = None  # [d] bool, may be mirrored; None: all


def mirrored_axes(part: Part, task: Task) -> jax.Array | None:
  """[d] bool, that labels of a part allow to be mirrored; None: all."""
  if not task.training.augment.by_labels:
    return None
  real = task.images.real
  known = pool_of(part.items, part.count, real.shape[0])
  return allowed_axes(task.labels, real, known, task.num_classes)


def train(
  key: jax.Array, state: tuple, epoch: jax.Array, part: Part, task: Task
) -> tuple[Any, Any]:
  """One epoch of steps.

  Args:
    key: random key.
    state: (params, momentum).
    epoch: [] int32, those that are over.
    part: items to train on.
    task: what is fitted, and how.

  Returns:
    (params, momentum).
  """
  key_order, key_steps = jax.random.split(key)
  order = shuffle(key_order, part)
  rate = learning_rate(epoch, task.epochs.descent)

  def step(i, state):
    params, momentum = state
    key_batch, key_dropout = jax.random.split(jax.random.fold_in(key_steps, i))
    items = items_of_step(i, order, part.count, task.training.batch)
    inputs, truth = training_batch(key_batch, items, task)
    key = key_dropout if task.epochs.dropout else None
    grads = jax.grad(_loss_of)(params, key, inputs, truth, task)
    updates, momentum = task.descent.update(grads, momentum, params, rate)
    return optax.apply_updates(params, updates), momentum

  return jax.lax.fori_loop(0, num_steps(part.count, task), step, state)


def num_steps(count: jax.Array, task: Task) -> jax.Array:
  """[] steps in which each of `count` items has its patches, or the least."""
  steps = -(-task.epochs.patches * count // task.training.batch)
  return jnp.maximum(steps, task.epochs.least_steps)


def items_of_step(
  step: jax.Array, order: jax.Array, count: jax.Array, batch: int
) -> jax.Array:
  """[batch] the next of the first `count` in an order, round and round."""
  return order[(step * batch + jnp.arange(batch, dtype=jnp.int32)) % count]


def _loss_of(params, key, inputs, truth, task):
  logits = task.model.apply(params, inputs, key)[0]
  return losses.weighted_segmentation_loss(
    logits, truth, task.epochs.foreground_weight, task.training.partly
  ).mean()


def training_batch(
  key: jax.Array, items: jax.Array, task: Task
) -> tuple[jax.Array, jax.Array]:
  """A patch of each item, augmented, stretched and turned: (inputs, truth)."""
  key_draw, key_move = jax.random.split(key)
  drawn = draw(key_draw, items, task)
  inputs, truth = cut_batch(
    drawn, task.images, task.labels, task.training, task.axes
  )
  settings = task.epochs
  stretch, degrees = settings.stretch, settings.degrees
  if tuple(stretch) == (1.0, 1.0) and degrees == 0:
    return inputs, truth

  def move(key, image, label):
    moved = scale_and_turn(key, image, label, stretch, degrees, settings.chance)
    if not task.training.partly:
      return moved
    return with_labels(moved, (image, label))

  return jax.vmap(move)(jax.random.split(key_move, len(inputs)), inputs, truth)


def draw(key: jax.Array, items: jax.Array, task: Task) -> Drawn:
  """Where the patches of a batch of items are: `Drawn` of [batch]."""
  key_aware, key_class, key_patch, key_augment = jax.random.split(key, 4)
  batch, num_classes = items.shape[0], task.num_classes
  share = task.epochs.foreground_centres
  wanted = jax.random.randint(key_class, (batch,), 1, num_classes, jnp.int32)
  aware = jax.random.bernoulli(key_aware, share, (batch,))
  return Drawn(
    items,
    jnp.where(aware, wanted, num_classes),
    jax.random.split(key_patch, batch),
    jax.random.split(key_augment, batch),
  )


def validate(
  key: jax.Array, held: Part, task: Task, params: Any
) -> tuple[jax.Array, jax.Array]:
  """Mean loss and mean foreground Dice of the items held out, or patches.

  Args:
    key: of the patches; the same key, the same patches.
    held: items to validate on.
    task: what is fitted, and how.
    params: of the model.
  """
  batch = task.training.batch
  each = 1 if task.epochs.whole else task.epochs.patches
  total = each * held.count

  def add(i, sums):
    places = i * batch + jnp.arange(batch, dtype=jnp.int32)
    items = items_of_step(i, held.items, held.count, batch)
    loss, dice = _scores(jax.random.fold_in(key, i), items, task, params)
    known = (places < total) & ~jnp.isnan(dice)
    values = jnp.stack([loss, jnp.where(known, dice, 0.0)])
    counts = jnp.stack([places < total, known])
    return sums + jnp.stack([values * counts, counts]).sum(-1)

  zero = jnp.zeros((2, 2), jnp.float32)
  sums = jax.lax.fori_loop(0, -(-total // batch), add, zero)
  loss, dice = sums[0] / jnp.maximum(sums[1], 1)
  return loss, dice


def _scores(key, items, task, params):
  """(loss, Dice), each [B], of whole items or of a patch of each."""
  if task.epochs.whole:
    truth = task.labels[items]
    inputs = grow(as_float(task.images.values[items]), task.epochs.whole)
  else:
    plain = Augment(False, False, 0.0)
    training = dataclasses.replace(task.training, augment=plain)
    drawn = draw(key, items, task)
    inputs, truth = cut_batch(drawn, task.images, task.labels, training)
  logits = task.model.apply(params, inputs, None)[0]
  logits = near(logits, truth.shape[1:], 1)
  loss = losses.weighted_segmentation_loss(
    logits, truth, task.epochs.foreground_weight, task.training.partly
  )
  partly = task.training.partly
  known = is_labelled(truth, task.num_classes) if partly else None
  return loss, _dice(logits, truth, task.num_classes, known)


def _dice(logits, truth, num_classes, known):
  """[B] mean foreground Dice of the likeliest classes; NaN: undefined."""
  counts = metrics.overlap_counts(logits.argmax(-1), truth, num_classes, known)
  return metrics.mean_foreground(metrics.dice_from_counts(counts))[0]
