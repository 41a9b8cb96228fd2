"""Rules of descent, and the course of the learning rate."""

from collections.abc import Callable

import jax
import optax

from alx.training.descent.muon import muon_with_adam
from alx.training.settings import Training


def make_optimizer(training: Training) -> optax.GradientTransformation:
  """Adam, SGD with momentum or Muon, clipped, by the schedule of its rate.

  Without clipping, and Adam without a warm-up, a high rate now and then kills
  a class in the first steps, and the fit never finds it again.

  Raises:
    ValueError: an optimizer or a schedule that is not known.
  """
  rate = optax.scale_by_learning_rate(_make_schedule(training))
  return optax.chain(*_parts(training), rate)


def make_descent(training: Training) -> optax.GradientTransformation:
  """The same without a rate: the updates still have to be scaled by it."""
  return optax.chain(*_parts(training))


def make_step(
  optimizer: optax.GradientTransformation, loss_of: Callable
) -> Callable:
  """(params, moments, *given) -> (params, moments, loss), one step.

  Args:
    optimizer: with its rate.
    loss_of: (params, *given) -> [] float32.
  """

  def step(params, moments, *given):
    loss, slope = jax.value_and_grad(loss_of)(params, *given)
    change, moments = optimizer.update(slope, moments, params)
    return optax.apply_updates(params, change), moments, loss

  return step


def _parts(training):
  decay = optax.add_decayed_weights(training.weight_decay)
  steps = (_make_rule(training), decay)
  clip = optax.clip_by_global_norm(training.clip)
  return (
    clip if training.clip else optax.identity(),
    *(steps[::-1] if training.coupled_decay else steps),
  )


def _make_rule(training):
  if training.optimizer == "adam":
    return optax.scale_by_adam()
  if training.optimizer == "sgd":
    return optax.trace(0.9, nesterov=True)
  if training.optimizer == "muon":
    return muon_with_adam()
  raise ValueError(
    f"optimizer must be adam, sgd or muon, found {training.optimizer!r}"
  )


def _make_schedule(training):
  rate, steps = training.learning_rate, max(training.steps, 1)
  if training.schedule == "warmup_cosine":
    return optax.warmup_cosine_decay_schedule(
      init_value=0.1 * rate,
      peak_value=rate,
      warmup_steps=training.steps // 10,
      decay_steps=steps,
    )
  if training.schedule == "cosine":
    return optax.cosine_decay_schedule(rate, steps)
  if training.schedule == "polynomial":
    return optax.polynomial_schedule(rate, 0.0, 0.9, steps)
  raise ValueError(
    "schedule must be warmup_cosine, cosine, polynomial or, in a fit, "
    f"converged, found {training.schedule!r}"
  )
