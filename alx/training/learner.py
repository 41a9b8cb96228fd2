"""Fit on the labelled items, predict a block of items: both pure functions."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from alx.data import patches
from alx.devices.mesh import Spread
from alx.keys import keys_of
from alx.models import Model
from alx.models.base import behind_trunk
from alx.prediction import Prediction
from alx.training.descent.fitting import fit_params
from alx.training.settings import Training


class Learner(NamedTuple):
  """A model with its training and its way to predict.

  Attributes:
    init: key -> params.
    fit: (key, params, Images of N items, labels [N, *sp] or [N], PoolState,
      weights=None) -> (params, loss [steps]). Reads only items that are
      labelled; weights [N] in [0, 1] say what each counts in the loss. The loss
      is NaN behind the last step of a fit that has converged before.
    predict: (key, params, Images of B items, items [B], num_samples) ->
      Prediction. num_samples = 0: one prediction without dropout.
  """

  init: Callable
  fit: Callable
  predict: Callable


def make_learner(
  model: Model,
  num_classes: int,
  channels: int,
  training: Training,
  over_passes: Callable | None = None,
  in_pieces: bool = False,
  spread: Spread | None = None,
) -> Learner:
  """A learner for one model; segmentation iff the labels have space.

  Args:
    model: what is fitted.
    num_classes: number C of classes.
    channels: of an image.
    training: how it is fitted and asked.
    over_passes: maps a function over the leading axis of its first argument
      only, as `parallel.over_passes` does on all devices. By default whole
      passes are made one after the other, those of a head all at once.
    in_pieces: `predict` compiles what is before and behind the passes, each by
      itself: called outside of jit, it hands them to `over_passes` there.
    spread: the devices that share a batch and a block of items; None: one.
  """
  if spread is not None:
    model = _spread_trunk(model, spread)
  if model.trunk is None:
    passes = (over_passes or in_turn)(partial(_whole_pass, model, training))
  else:
    passes = (over_passes or _at_once)(partial(_head_pass, model))

  def init(key):
    return model.init(
      key, jnp.zeros((1, *training.patch, channels), jnp.float32)
    )

  def fit(key, params, images, labels, pool, weights=None):
    task = model, num_classes, training
    found = fit_params(
      key, params, images, labels, pool, *task, weights, spread
    )
    return found if spread is None else spread.whole(found)

  before, after = partial(_before, model, training), partial(_after, model)
  if in_pieces:
    before, after = jax.jit(before, static_argnums=4), jax.jit(after)

  def predict(key, params, images, items, num_samples=0):
    if spread is not None:
      images = spread.items(images)
    if num_samples == 0:
      return _predict_once(params, images, model, training)
    keys, inputs, features = before(key, params, images, items, num_samples)
    found = passes(keys, params, inputs)
    return after(found, inputs, features, images)

  return Learner(init, fit, predict)


@jax.jit
def steps_made(history: Any) -> jax.Array:
  """[] int32, how many losses a fit has told that are numbers: its steps.

  Args:
    history: what a fit returns beside params; its first leaf counts.
  """
  leaves = jax.tree.leaves(history)[:1]
  counts = [(~jnp.isnan(x)).sum(dtype=jnp.int32) for x in leaves]
  return sum(counts, jnp.int32(0))


def _spread_trunk(model, spread):
  """The model with its trunk, where the work is, cut over the devices.

  Raises:
    ValueError: for one without a trunk, or with levels to be trained on.
  """
  if model.trunk is None or model.levels is not None:
    raise ValueError(
      "several devices for one fit want a network with a trunk and without "
      "coarser levels to train on"
    )
  trunk = spread.by_item(model.trunk)
  return model._replace(apply=behind_trunk(trunk, model.head), trunk=trunk)


def _predict_once(params, images, model, training):
  """One prediction without dropout."""
  if model.trunk is None:
    logits, features = _windows(partial(model.apply, params), images, training)
    return _as_prediction(logits[None], features, images)
  hidden, features = _windows(partial(model.trunk, params), images, training)
  logits = model.head(params, hidden)[None]
  return _as_prediction(logits, features, images, hidden)


def _before(model, training, key, params, images, items, num_samples):
  """What passes read: keys [S, B], inputs; and the features of a trunk."""
  keys = sample_keys(key, items, num_samples)
  if model.trunk is None:
    return keys, images, None
  trunk = partial(model.trunk, params)
  return keys, *_windows(trunk, images, training)


def _after(model, found, inputs, features, images):
  """The prediction of what the passes found."""
  if model.trunk is None:
    logits, features = found
    return _as_prediction(logits, features.mean(0), images)
  return _as_prediction(found, features, images, inputs)


def _head_pass(model, keys, params, hidden):
  """One pass of the head, with a key for each item."""
  return jax.vmap(lambda key, x: model.head(params, x[None], key)[0])(
    keys, hidden
  )


def _whole_pass(model, training, keys, params, images):
  """One pass of a model that is not split, with a key for each item.

  All windows of an item are given its key, so its dropout mask is one.
  """

  def one(key, image):
    def apply(windows):
      return jax.vmap(lambda x: _first(model.apply(params, x[None], key)))(
        windows
      )

    alone = jax.tree.map(lambda x: x[None], image)
    return _first(_windows(apply, alone, training))

  return jax.vmap(one)(keys, images)


def in_turn(one_pass: Callable) -> Callable:
  """Maps over the first argument, one after the other: one is in memory."""
  return lambda keys, *args: jax.lax.map(lambda k: one_pass(k, *args), keys)


def _at_once(one_pass):
  return lambda keys, *args: jax.vmap(lambda k: one_pass(k, *args))(keys)


def _first(pair):
  return pair[0][0], pair[1][0]


def _windows(function, images, training):
  images = images._replace(values=patches.as_float(images.values))
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
  of_pass = keys_of(key, jnp.arange(num_samples, dtype=jnp.int32))
  return jax.vmap(lambda k: keys_of(k, items))(of_pass)
