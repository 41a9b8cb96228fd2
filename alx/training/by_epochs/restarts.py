"""SGD with momentum, weight decay and cosine warm restarts, by the epoch."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

DECAYS = ("coupled", "decoupled")


@dataclasses.dataclass(frozen=True)
class Restarts:
  """How the steps of SGD are made.

  Attributes:
    peak: learning rate at the start of every cycle.
    lowest: share of the peak that a cycle ends at.
    start: share of the peak that the warm-up begins at.
    warmup: epochs of the warm-up.
    cycle: epochs of a cycle.
    momentum: in [0, 1).
    nesterov: whether the momentum looks ahead.
    weight_decay: of all parameters, norms included.
    decay: "coupled": the decay is added to the gradient; "decoupled": that
      share of the parameters is taken off at every step, times what the
      schedule leaves of the peak, and does not depend on the peak itself.
    clip: largest norm of a gradient; 0: any.
  """

  peak: float = 1e-3
  lowest: float = 1 / 200
  start: float = 1 / 1000
  warmup: int = 3
  cycle: int = 80
  momentum: float = 0.9
  nesterov: bool = False
  weight_decay: float = 2e-5
  decay: str = "coupled"
  clip: float = 0.0


class Descent(NamedTuple):
  """SGD whose learning rate is handed in.

  Attributes:
    init: params -> state.
    update: (grads, state, params, rate) -> (updates, state).
  """

  init: Callable
  update: Callable


def learning_rate(epoch: jax.Array, settings: Restarts) -> jax.Array:
  """The rate in epochs 0, 1, ...: a linear warm-up, then cosine cycles.

  With t the part of its cycle that is over: lowest + (peak - lowest)
  (1 + cos pi t) / 2 (Loshchilov & Hutter 2017, equation 5), every cycle as
  long and as high as the first.
  """
  peak = settings.peak
  epoch = jnp.asarray(epoch, jnp.float32)
  over = jnp.mod(epoch - settings.warmup, settings.cycle) / settings.cycle
  low = settings.lowest * peak
  cosine = low + (peak - low) * 0.5 * (1 + jnp.cos(jnp.pi * over))
  begin = settings.start * peak
  linear = begin + (peak - begin) * epoch / max(settings.warmup, 1)
  return jnp.where(epoch < settings.warmup, linear, cosine)


def make_descent(settings: Restarts) -> Descent:
  """SGD with momentum (Kim et al. 2024, training; SGDW in the code beside it).

  Raises:
    ValueError: for an unknown decay.
  """
  if settings.decay not in DECAYS:
    raise ValueError(
      f"decay must be coupled or decoupled, found {settings.decay!r}"
    )
  coupled = settings.decay == "coupled"
  rule = optax.chain(
    optax.clip_by_global_norm(settings.clip or jnp.inf),
    optax.add_decayed_weights(settings.weight_decay if coupled else 0.0),
    optax.trace(settings.momentum, settings.nesterov),
  )

  def update(grads, state, params, rate):
    steps, state = rule.update(grads, state, params)
    left = settings.weight_decay * rate / settings.peak
    decay = 0.0 if coupled else left
    updates = jax.tree.map(lambda s, p: -rate * s - decay * p, steps, params)
    return updates, state

  return Descent(rule.init, update)
