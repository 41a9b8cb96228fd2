"""A fit that ends when the training loss has ceased to fall.

The learning rate warms up, stays, and decays to 0. It stays until the loss of
the last third of the steps so far is hardly less than that of the third before,
or next to nothing of what it was. As thirds grow with the fit, the loss after
so many steps is compared with that after 1.7 times as many, and the noise of
batches averages out. The decay takes a share of the steps made so far. Labelled
items alone decide, and the number of steps is data of the program: it is
compiled once for any labels.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.training.settings import Convergence, Training


class Course(NamedTuple):
  """How far a fit has come, in windows of steps; all fits have N at most."""

  done: jax.Array  # [] int32, windows
  steady: jax.Array  # [] int32, before the decay; N while it is not known
  loss: jax.Array  # [N, steps of a window] float32, NaN: not made


class Plan(NamedTuple):
  """What is fixed before the first step."""

  window: int  # steps
  most: int  # N, windows
  longest: int  # of the steady windows, and then the decay ends with N
  least: int  # windows before the loss is looked at
  decays: np.ndarray  # [N + 1] int32, windows of decay behind n steady ones


def plan(training: Training) -> Plan:
  """The windows of at most `training.steps` steps."""
  rule, steps = training.convergence, max(training.steps, 1)
  window = max(1, min(rule.window, steps // 4))
  steady = np.arange(steps // window + 1)
  decays = np.maximum(np.ceil(rule.decay * steady), 1).astype(np.int32)
  longest = max(1, int(steady[steady + decays < len(steady)].max()))
  most = steps // window
  decays[longest] = max(1, most - longest)  # no window is left over
  least = max(rule.least, round(rule.share * steps))
  least = min(max(2, -(-least // window)), longest)
  return Plan(window, most, longest, least, decays)


def until_converged(
  key: jax.Array, moving: Any, stretch: Callable, training: Training
) -> tuple[Any, jax.Array]:
  """Steps until the training loss has ceased to fall.

  Args:
    key: random key; a window has its own, whatever follows it.
    moving: what changes from step to step.
    stretch: (moving, key, progress [W], rates [W]) -> (moving, loss [W]).
    training: how.

  Returns:
    (moving, loss [N * W] with NaN behind the last step).
  """
  known = plan(training)

  def goes_on(state):
    _, (done, steady, _) = state
    end = steady + jnp.asarray(known.decays)[steady]
    return done < jnp.minimum(end, known.most)

  def one_window(state):
    moving, course = state
    first = course.done * known.window
    at = first + jnp.arange(known.window, dtype=jnp.int32)
    rates = rate_at(at, course.steady, known, training)
    progress = jnp.minimum(at / (known.least * known.window), 1.0)
    key_window = jax.random.fold_in(key, course.done)
    moving, loss = stretch(
      moving, key_window, progress.astype(jnp.float32), rates
    )
    return moving, _next(course, loss, known, training.convergence)

  loss = jnp.full((known.most, known.window), jnp.nan, jnp.float32)
  course = Course(jnp.int32(0), jnp.int32(known.most), loss)
  moving, course = jax.lax.while_loop(goes_on, one_window, (moving, course))
  return moving, course.loss.reshape(-1)


def _next(course, loss, known, rule):
  """The course with the loss [W] of one window more."""
  loss = course.loss.at[course.done].set(loss)
  done = course.done + 1
  ends = (done >= known.longest) | (
    (done >= known.least) & ~still_falls(loss.mean(1), done, rule)
  )
  decays = course.steady < known.most
  steady = jnp.where(~decays & ends, done, course.steady)
  return Course(done, steady.astype(jnp.int32), loss)


def still_falls(
  means: jax.Array, done: jax.Array, rule: Convergence
) -> jax.Array:
  """Whether the loss of the last third is less than that of the one before.

  Args:
    means: [N] loss of each window.
    done: [] int32, how many there are, at least 2.
    rule: by which share of it, and when nothing is left to fall.

  Returns:
    [] bool; False for a loss that is no number.
  """
  third = jnp.maximum(done // 3, 1)
  at = jnp.arange(means.shape[0], dtype=jnp.int32)

  def mean_from(start):
    inside = (at >= start) & (at < start + third)
    return jnp.where(inside, means, 0.0).sum() / third

  last, before = mean_from(done - third), mean_from(done - 2 * third)
  falls = last < (1 - rule.tolerance) * before
  return falls & (last > rule.nothing * means[0])


def rate_at(
  at: jax.Array, steady: jax.Array, known: Plan, training: Training
) -> jax.Array:
  """The learning rate of steps `at`: up, steady, down along a cosine to 0."""
  warm = max(1, known.least * known.window // 4)
  up = jnp.minimum(0.1 + 0.9 * at / warm, 1.0)
  decay = jnp.asarray(known.decays)[steady] * known.window
  share = jnp.clip((at - steady * known.window) / decay, 0.0, 1.0)
  down = jnp.where(steady < known.most, (1 + jnp.cos(jnp.pi * share)) / 2, 1.0)
  return (training.learning_rate * up * down).astype(jnp.float32)


def has_converged(history: np.ndarray) -> bool:
  """Whether a fit of this loss [..., steps] ended before it had to."""
  return bool(np.isnan(np.asarray(history)[..., -1]).all())
