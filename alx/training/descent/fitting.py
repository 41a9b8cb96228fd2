"""One fit: optimiser steps on labelled items, compiled as one program."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from alx.data.patches import Images
from alx.devices.mesh import Spread
from alx.models import Model
from alx.pool import PoolState
from alx.training import losses
from alx.training.descent import averages, by_weight
from alx.training.descent.converged import until_converged
from alx.training.descent.optimizers import make_descent, make_optimizer
from alx.training.draw import (
  count_draws,
  cut_batch,
  draw_items,
  nan_if_unlabelled,
)
from alx.training.mirrors import allowed_axes
from alx.training.settings import Training


class Moving(NamedTuple):
  """What changes from step to step."""

  params: Any
  moments: Any  # of the optimiser
  average: Any  # of the params, see alx.training.descent.averages; None: none


class Now(NamedTuple):
  """What one step is given; a stretch of steps has a leading axis."""

  key_dropout: jax.Array  # [] key
  progress: jax.Array  # [] float32, share of the training that is done
  drawn: Any  # `Drawn` of a batch
  rate: jax.Array | None = None  # [] float32; None: the optimiser has its own


def fit_params(
  key: jax.Array,
  params: Any,
  images: Images,
  labels: jax.Array,
  pool: PoolState,
  model: Model,
  num_classes: int,
  training: Training,
  weights: jax.Array | None = None,
  spread: Spread | None = None,
) -> tuple[Any, jax.Array]:
  """Params after a fit to the labelled items, and its loss [steps].

  With the schedule "converged" the fit ends by itself, after `training.steps`
  at the latest; the loss behind its end is NaN. Weights [N] in [0, 1] are those
  of the items in the loss, see `by_weight`; None: all alike. What a batch holds
  depends on keys and items alone, not on the devices over which it is spread.
  """
  params = nan_if_unlabelled(params, labels, pool, training, num_classes)
  size = images.size if training.partly else None
  draws = count_draws(labels, pool, num_classes, size)
  axes = None
  if training.augment.by_labels:
    axes = allowed_axes(labels, images.real, pool, num_classes)
  adapts = training.schedule == "converged"
  optimizer = (make_descent if adapts else make_optimizer)(training)

  def batch_of(drawn):
    batch = cut_batch(drawn, images, labels, training, axes)
    return batch if spread is None else spread.items(batch)

  def stretch(moving, key, progress, rates=None):
    """As many steps as there are values of progress."""
    keys = jax.vmap(jax.random.split)(jax.random.split(key, len(progress)))
    drawn = draw_items(keys[:, 0], pool, draws, training)
    step = _make_step(model, training, optimizer, batch_of, weights)
    return jax.lax.scan(step, moving, Now(keys[:, 1], progress, drawn, rates))

  average = averages.begin(params) if training.ema else None
  moving = Moving(params, optimizer.init(params), average)
  if adapts:
    moving, history = until_converged(key, moving, stretch, training)
  else:
    steps = training.steps
    progress = jnp.arange(steps, dtype=jnp.float32) / steps
    moving, history = stretch(moving, key, progress)
  if training.ema:
    return averages.end(moving.average, training.ema), history
  return moving.params, history


def _make_step(
  model: Model,
  training: Training,
  optimizer: optax.GradientTransformation,
  batch_of: Callable,
  weights: jax.Array | None,
) -> Callable:
  """(Moving, Now) -> (Moving, loss []): one step of the optimiser."""

  def loss_of(params, batch, now):
    return loss_of_batch(params, now, batch, model, training)

  gradient = jax.value_and_grad(loss_of)
  if training.accumulate > 1:
    gradient = _in_pieces(gradient, training.accumulate)

  def step(moving, now):
    batch = *batch_of(now.drawn), _of_items(weights, now.drawn)
    loss, grads = gradient(moving.params, batch, now)
    updates, moments = optimizer.update(grads, moving.moments, moving.params)
    if now.rate is not None:
      updates = jax.tree.map(lambda u: -now.rate * u, updates)
    params = optax.apply_updates(moving.params, updates)
    average = moving.average
    if training.ema:
      average = averages.add(average, params, training.ema)
    return Moving(params, moments, average), loss

  return step


def _in_pieces(gradient: Callable, pieces: int) -> Callable:
  """(params, batch, Now) -> the mean of (loss, gradient) over its pieces.

  A piece has every n-th item, so that devices that share a batch in stretches
  share each of its pieces.
  """

  def cut(x):
    return jnp.moveaxis(x.reshape(-1, pieces, *x.shape[1:]), 1, 0)

  def of_batch(params, batch, now):
    def add(total, numbered):
      number, piece = numbered
      key = jax.random.fold_in(now.key_dropout, number)
      found = gradient(params, piece, now._replace(key_dropout=key))
      return jax.tree.map(jnp.add, total, found), None

    nothing = jnp.float32(0), jax.tree.map(jnp.zeros_like, params)
    numbered = jnp.arange(pieces, dtype=jnp.int32), jax.tree.map(cut, batch)
    total, _ = jax.lax.scan(add, nothing, numbered)
    return jax.tree.map(lambda x: x / pieces, total)

  return of_batch


def _of_items(weights, drawn):
  return None if weights is None else weights[drawn.items]


def loss_of_batch(
  params: Any, now: Now, batch: tuple, model: Model, training: Training
) -> jax.Array:
  """[] the loss of the logits; with those of coarser levels, of all of them.

  Args:
    params: of the model.
    now: its key and progress count.
    batch: inputs, labels, and what the items weigh; None: all alike.
    model: what is fitted.
    training: which loss.
  """
  inputs, truth, weights = batch

  def of_task(logits, truth):
    if weights is None:
      return _loss_of_task(logits, truth, now.progress, training)
    return _weighted_loss(logits, truth, weights, now.progress, training)

  if model.levels is None:
    return of_task(model.apply(params, inputs, now.key_dropout)[0], truth)
  levels = model.levels(params, inputs, now.key_dropout)
  return losses.over_levels(of_task, levels, truth, training.partly)


def _loss_of_task(logits, truth, progress, training):
  """The loss of the task: segmentation iff the truth has space."""
  dice, partly = training.dice, training.partly
  if training.evidential and truth.ndim > 1:
    return losses.evidential_segmentation_loss(
      logits, truth, progress, dice, partly
    )
  if training.evidential:
    return losses.evidential_loss(logits, truth, progress, partly)
  if truth.ndim > 1:
    return losses.segmentation_loss(logits, truth, dice, partly)
  return losses.cross_entropy(logits, truth, partly)


def _weighted_loss(logits, truth, weights, progress, training):
  """The same loss, of items that weigh more or less."""
  if training.evidential:
    return by_weight.evidential_loss(
      logits, truth, weights, progress, training.dice
    )
  if truth.ndim > 1:
    return by_weight.segmentation_loss(logits, truth, weights, training.dice)
  return by_weight.cross_entropy(logits, truth, weights)
