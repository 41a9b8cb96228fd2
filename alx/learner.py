"""Fit on the labelled items, predict a block of items: both pure functions."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from alx import losses
from alx.data import patches
from alx.draw import count_draws, draw_batch
from alx.models import Model
from alx.prediction import Prediction
from alx.settings import Training


class Learner(NamedTuple):
  """A model with its training and its way to predict.

  Attributes:
    init: key -> params.
    fit: (key, params, Images of N items, labels [N, *sp] or [N], PoolState)
      -> (params, loss [steps]). Reads only items that are labelled.
    predict: (key, params, Images of B items, items [B], num_samples) ->
      Prediction. num_samples = 0: one prediction without dropout.
  """

  init: Callable
  fit: Callable
  predict: Callable


def make_learner(
  model: Model, num_classes: int, channels: int, training: Training
) -> Learner:
  """A learner for one model; segmentation iff the labels have space."""

  def init(key):
    return model.init(key, jnp.zeros((1, *training.patch, channels)))

  def fit(key, params, images, labels, pool):
    return _fit(key, params, images, labels, pool, model, num_classes, training)

  def predict(key, params, images, items, num_samples=0):
    return _predict(key, params, images, items, num_samples, model, training)

  return Learner(init, fit, predict)


def make_optimizer(training: Training) -> optax.GradientTransformation:
  """Adam or SGD with momentum: clipped, warmed up, cosine decay to 0.

  Without the warm-up and the clipping a high learning rate now and then kills
  a class in the first steps, and the fit never finds it again.
  """
  schedule = optax.warmup_cosine_decay_schedule(
    init_value=0.1 * training.learning_rate,
    peak_value=training.learning_rate,
    warmup_steps=training.steps // 10,
    decay_steps=max(training.steps, 1),
  )
  if training.optimizer == "adam":
    rule = optax.scale_by_adam()
  elif training.optimizer == "sgd":
    rule = optax.trace(0.9, nesterov=True)
  else:
    raise ValueError(
      f"optimizer must be adam or sgd, found {training.optimizer!r}"
    )
  return optax.chain(
    optax.clip_by_global_norm(1.0),
    rule,
    optax.add_decayed_weights(training.weight_decay),
    optax.scale_by_learning_rate(schedule),
  )


def _fit(key, params, images, labels, pool, model, num_classes, training):
  """`training.steps` optimiser steps in one scan."""
  optimizer = make_optimizer(training)
  draws = count_draws(labels, pool, num_classes)

  def loss_of(params, key, inputs, truth, progress):
    logits = model.apply(params, inputs, key)[0]
    return _loss(logits, truth, progress, training)

  def step(carry, now):
    params, state = carry
    key, progress = now
    key_batch, key_dropout = jax.random.split(key)
    inputs, truth = draw_batch(key_batch, images, labels, pool, draws, training)
    loss, grads = jax.value_and_grad(loss_of)(
      params, key_dropout, inputs, truth, progress
    )
    updates, state = optimizer.update(grads, state, params)
    return (optax.apply_updates(params, updates), state), loss

  carry = (params, optimizer.init(params))
  steps = training.steps
  progress = jnp.arange(steps, dtype=jnp.float32) / steps
  keys = jax.random.split(key, steps)
  (params, _), history = jax.lax.scan(step, carry, (keys, progress))
  return params, history


def _loss(logits, truth, progress, training):
  """The loss of the task: segmentation iff the truth has space."""
  if training.evidential:
    of_maps, of_items = (
      losses.evidential_segmentation_loss,
      losses.evidential_loss,
    )
    loss = of_maps if truth.ndim > 1 else of_items
    return loss(logits, truth, progress)
  loss = losses.segmentation_loss if truth.ndim > 1 else losses.cross_entropy
  return loss(logits, truth)


def _predict(key, params, images, items, num_samples, model, training):
  """One deterministic prediction, or S samples keyed by pass and item."""
  keys = sample_keys(key, items, num_samples)
  if model.trunk is None and num_samples == 0:
    logits, features = _windows(partial(model.apply, params), images, training)
    return _as_prediction(logits[None], features, images)
  if model.trunk is None:
    return _predict_whole(keys, params, images, model, training)
  hidden, features = _windows(partial(model.trunk, params), images, training)
  if num_samples == 0:
    logits = model.head(params, hidden)[None]
    return _as_prediction(logits, features, images, hidden)
  logits = jax.vmap(
    jax.vmap(lambda key, hidden: model.head(params, hidden[None], key)[0]),
    (0, None),
  )(keys, hidden)
  return _as_prediction(logits, features, images, hidden)


def _predict_whole(keys, params, images, model, training):
  """For a model that is not split: every sample is a full pass per item.

  All windows of an item are given its key, so its dropout mask is one.
  """

  def one(key, image):
    def apply(windows):
      return jax.vmap(lambda x: _first(model.apply(params, x[None], key)))(
        windows
      )

    alone = jax.tree.map(lambda x: x[None], image)
    return _first(_windows(apply, alone, training))

  logits, features = jax.lax.map(lambda key: jax.vmap(one)(key, images), keys)
  return _as_prediction(logits, features.mean(0), images)


def _first(pair):
  return pair[0][0], pair[1][0]


def _windows(function, images, training):
  return patches.sliding_window(
    function, images, training.patch, training.overlap
  )


def _as_prediction(logits, features, images, hidden=None):
  """Softmax of logits [S, B, *sp, C], with the mask of the real voxels.

  exp(logits) are the parameters of a Dirichlet whose mean is that softmax;
  they mean what they say only after an evidential training.
  """
  extent = logits.shape[2:-1]
  mask = patches.real_mask(images.real, extent)
  evidence = jnp.exp(logits).mean(0)
  return Prediction(jax.nn.softmax(logits), features, mask, hidden, evidence)


def sample_keys(key: jax.Array, items: jax.Array, num_samples: int):
  """[S, B] keys: of a pass and an item, whatever the block they are in."""
  of_pass = jax.vmap(lambda s: jax.random.fold_in(key, s))(
    jnp.arange(num_samples)
  )
  return jax.vmap(
    lambda k: jax.vmap(lambda item: jax.random.fold_in(k, item))(items)
  )(of_pass)
