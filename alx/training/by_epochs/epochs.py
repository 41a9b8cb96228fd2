"""A fit by epochs that stops early: as long as it helps, in one program."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from alx.models import Model
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.held_out import split_labelled
from alx.training.by_epochs.one_epoch import (
  Task,
  mirrored_axes,
  train,
  validate,
)
from alx.training.by_epochs.restarts import make_descent
from alx.training.draw import nan_if_unlabelled
from alx.training.learner import Learner, make_learner
from alx.training.settings import Training


class Course(NamedTuple):
  """How a fit went."""

  loss: jax.Array  # [most] validation loss of each epoch, NaN after the end
  at: jax.Array  # [] int32, epochs until the params that are kept; 0: the last


class _Fit(NamedTuple):
  """What a fit knows between two epochs."""

  epoch: jax.Array  # [] int32, finished
  params: Any
  momentum: Any
  best: Any  # params of the best epoch
  scores: jax.Array  # [2] of it, smaller is better, the first counts more
  course: Course


def make_epoch_learner(
  model: Model,
  num_classes: int,
  channels: int,
  training: Training,
  epochs: Epochs,
  over_passes: Callable | None = None,
) -> Learner:
  """A learner of maps whose fit ends when validation does not improve.

  Kim et al. 2024: every epoch takes some patches of each training item; a
  share of the labelled items, drawn anew for each fit, is held out, and the
  parameters with which it fared best are kept. All within fixed shapes,
  however many items are labelled. Validation sees the same patches in every
  epoch, or whole items, without augmentation. Where labels say what is
  mirrored, they are those of the items that are trained on.

  Args:
    model: what is fitted, without levels to train on.
    num_classes: number C of classes, background first.
    channels: of an image.
    training: patch, batch, augmentation and overlap; steps, class_aware and
      what is of descent (optimiser, rate, schedule, weight decay, clip) are
      not used, for `Epochs` says what is done. The loss is that of `Epochs`:
      evidential and another dice are refused; so are ema and accumulate.
    epochs: how long, and on what.
    over_passes: see `learner.make_learner`.

  Returns:
    Learner of segmentations, whose fit returns (params, `Course`). A fit that
    diverges returns its last params.

  Raises:
    ValueError: for what is refused.
  """
  _check(model, training)
  learner = make_learner(model, num_classes, channels, training, over_passes)
  descent = make_descent(epochs.descent)

  def fit(key, params, images, labels, pool, weights=None):
    if weights is not None:
      raise ValueError("a fit by epochs weighs all items alike: wanted none")
    params = nan_if_unlabelled(params, labels, pool, training, num_classes)
    task = Task(model, num_classes, training, epochs, descent, images, labels)
    return _fit(key, params, pool, task)

  return learner._replace(fit=fit)


def _check(model, training):
  """Raises ValueError for what a fit by epochs would pass over."""
  plain = Training(training.patch)
  names = "evidential", "dice", "ema", "accumulate"
  told = {n: getattr(training, n) for n in names}
  found = [f"{n}={x!r}" for n, x in told.items() if x != getattr(plain, n)]
  found += [] if model.levels is None else ["levels of the model"]
  if found:
    raise ValueError(
      f"wanted nothing that a fit by epochs passes over, found "
      f"{', '.join(found)}: leave it out, or fit by steps, with make_learner"
    )


def _fit(key, params, pool, task):
  settings = task.epochs
  key_split, key_validate, key_epochs = jax.random.split(key, 3)
  part, held = split_labelled(
    key_split, pool, settings.held_out, settings.resample
  )
  task = task._replace(axes=mirrored_axes(part, task))

  def one_epoch(fit: _Fit) -> _Fit:
    key = jax.random.fold_in(key_epochs, fit.epoch)
    state = train(key, (fit.params, fit.momentum), fit.epoch, part, task)
    found = validate(key_validate, held, task, state[0])
    return _after(fit, state, *found, settings.monitor)

  fit = jax.lax.while_loop(
    partial(_goes_on, settings), one_epoch, _begin(params, task)
  )
  # Where no epoch gave a number, what it came to: not the net it began with.
  kept = partial(jnp.where, fit.course.at > 0)
  return jax.tree.map(kept, fit.best, fit.params), fit.course


def _begin(params, task):
  return _Fit(
    epoch=jnp.int32(0),
    params=params,
    momentum=task.descent.init(params),
    best=params,
    scores=jnp.full(2, jnp.inf, jnp.float32),
    course=Course(
      jnp.full(task.epochs.most, jnp.nan, jnp.float32), jnp.int32(0)
    ),
  )


def _goes_on(settings, fit):
  waited = fit.epoch - fit.course.at
  return (fit.epoch < settings.most) & (waited < settings.patience)


def _after(fit, state, loss, dice, monitor):
  """The fit after an epoch that came to (params, momentum), loss and Dice."""
  params, momentum = state
  scores = jnp.stack([loss if monitor == "loss" else -dice, loss])
  better = _is_less(scores, fit.scores)
  epoch = fit.epoch + 1
  return _Fit(
    epoch=epoch,
    params=params,
    momentum=momentum,
    best=jax.tree.map(partial(jnp.where, better), params, fit.best),
    scores=jnp.where(better, scores, fit.scores),
    course=Course(
      fit.course.loss.at[fit.epoch].set(loss),
      jnp.where(better, epoch, fit.course.at),
    ),
  )


def _is_less(scores, best):
  """Whether the first is smaller, or the same and the second is; not NaN."""
  return (scores[0] < best[0]) | (
    (scores[0] == best[0]) & (scores[1] < best[1])
  )
