"""Trains an encoder on images without labels, in compiled stretches of steps.

One program of a few dozen steps is run again and again: progress can be shown,
nothing is compiled twice, and what comes out does not depend on the stretch.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from alx.data.patches import Images
from alx.label_free.contrastive import nt_xent
from alx.label_free.views import Views, draw_view
from alx.models.encoder import Encoder
from alx.training.descent.optimizers import make_optimizer, make_step
from alx.training.map_blocks import map_blocks
from alx.training.settings import Training

_STRETCH = 50  # steps of one call, at most


class Pretext(NamedTuple):
  """A network, and what it is trained to do.

  Attributes:
    encoder: the network.
    loss: (key, params, x [B, *sp, channels], groups [B]) -> [] float32.
  """

  encoder: Encoder
  loss: Callable


class State(NamedTuple):
  """A training between two steps."""

  key: jax.Array  # [] key of the whole training, never changed
  step: jax.Array  # [] int32, steps done
  params: dict
  moments: optax.OptState


class Trainer(NamedTuple):
  """The compiled parts of a training.

  Attributes:
    init: (key, x [1, *sp, channels]) -> State.
    advance: (State, values [N, *sp, channels], items [P] int32, groups [N]
      int32) -> (State, losses of the stretch). Draws only from `items`.
    encode: (params, Images of N items) -> features [N, D].
    stretches: how often `advance` is called.
  """

  init: Callable
  advance: Callable
  encode: Callable
  stretches: int


def reconstruct(encoder: Encoder) -> Pretext:
  """Mean squared error of x from its own code."""

  def loss(key, params, x, groups):
    del key, groups
    return jnp.square(encoder.apply(params, x)[1] - x).mean()

  return Pretext(encoder, loss)


def contrast(
  encoder: Encoder, views: Views, temperature: float = 0.5
) -> Pretext:
  """NT-Xent of two views of each image, see `contrastive.nt_xent`."""

  def loss(key, params, x, groups):
    keys = jax.random.split(key, (2, x.shape[0]))
    draw = jax.vmap(jax.vmap(draw_view, (0, 0, None)), (0, None, None))
    both = draw(keys, x, views)
    _, found = encoder.apply(params, both.reshape(-1, *x.shape[1:]))
    first, second = jnp.split(found, 2)
    return nt_xent(first, second, groups, temperature)

  return Pretext(encoder, loss)


def make_trainer(pretext: Pretext, training: Training) -> Trainer:
  """The training of one network; compiled once for all keys.

  Args:
    pretext: what is trained, and for what.
    training: `steps`, `batch` and the fields of the optimiser are read.
  """
  optimizer = make_optimizer(training)
  stretch = math.gcd(training.steps, _STRETCH)
  parts = (
    partial(_init, pretext, optimizer),
    partial(_advance, pretext, optimizer, training.batch, stretch),
    partial(_encode, pretext, training.batch),
  )
  return Trainer(*map(jax.jit, parts), training.steps // stretch)


def _init(pretext, optimizer, key, x):
  key_init, key_steps = jax.random.split(key)
  params = pretext.encoder.init(key_init, x)
  return State(key_steps, jnp.int32(0), params, optimizer.init(params))


def _advance(pretext, optimizer, batch, stretch, state, values, items, groups):
  """A stretch of steps."""
  steps = state.step + jnp.arange(stretch, dtype=jnp.int32)
  keys = jax.vmap(lambda step: jax.random.fold_in(state.key, step))(steps)
  keys = jax.vmap(jax.random.split)(keys)
  drawn = items[_draw(keys[:, 0], batch, items.shape[0])]

  def loss_of(params, key, some):
    return pretext.loss(key, params, values[some], groups[some])

  step = make_step(optimizer, loss_of)

  def one_step(carry, now):
    *carry, loss = step(*carry, *now)
    return tuple(carry), loss

  start = state.params, state.moments
  carry, history = jax.lax.scan(one_step, start, (keys[:, 1], drawn))
  return State(state.key, state.step + stretch, *carry), history


def _encode(pretext, block, params, images: Images):
  def of_block(images, items):
    del items
    return pretext.encoder.apply(params, images.values)[0]

  return map_blocks(of_block, images, block)


def _draw(keys, batch, count):
  """[steps, batch] places in [0, count), evenly and with replacement."""
  return jax.vmap(
    lambda key: jax.random.randint(key, (batch,), 0, count, jnp.int32)
  )(keys)


def train(
  trainer: Trainer,
  key: jax.Array,
  images: Images,
  items: np.ndarray,
  groups: np.ndarray,
  progress: Callable | None = None,
) -> tuple[dict, np.ndarray]:
  """A whole training.

  Args:
    trainer: from `make_trainer`.
    key: the same key gives the same parameters.
    images: of N items of one shape.
    items: [P] int32, the only ones that are looked at.
    groups: [N] int32, the patient of each item, or its number.
    progress: called with (done, total) now and then.

  Returns:
    (params, losses [steps]).
  """
  values, items, groups = jax.tree.map(
    jnp.asarray, (images.values, items, groups)
  )
  state, history = trainer.init(key, values[:1]), []
  for done in range(trainer.stretches):
    state, losses_of_steps = trainer.advance(state, values, items, groups)
    history.append(np.asarray(losses_of_steps))
    if progress:
      progress(done + 1, trainer.stretches)
  return state.params, np.concatenate(history)
