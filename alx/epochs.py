"""A fit by epochs that stops early: as long as it helps, in one program."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from alx import losses, metrics
from alx.affine import scale_and_turn
from alx.augment import Augment
from alx.data.patches import Images
from alx.draw import Drawn, cut_batch
from alx.held_out import shuffle, split_labelled
from alx.learner import Learner, make_learner
from alx.models import Model
from alx.restarts import Descent, Restarts, learning_rate, make_descent
from alx.settings import Training

MONITORS = ("loss", "dice")
RESAMPLES = ("", "train", "both")


@dataclasses.dataclass(frozen=True)
class Epochs:
  """How long a model is fitted, and on what.

  Attributes:
    most: epochs at most.
    patience: epochs without improvement, after which the fit ends.
    patches: of each training item in an epoch.
    least_steps: an epoch has so many steps at least.
    held_out: share of the labelled items that is drawn, anew for each fit, to
      validate on; at least one item, and none of a single one.
    monitor: what must improve on the items held out: "loss", or "dice", the
      overlap of the likeliest classes, ties by the loss.
    resample: "": items as they are; "train": training items are drawn with
      replacement (Breiman 1996); "both": those held out are too.
    foreground_centres: share of the patches around a voxel of the foreground;
      the others are anywhere in the item.
    foreground_weight: see `losses.weighted_segmentation_loss`.
    stretch: range of the factors that a patch's axes are stretched by.
    degrees: largest angle that a patch is turned by in each plane.
    chance: of stretching, and of turning.
    dropout: whether dropout is on in training.
    descent: the optimiser and its rate.
  """

  most: int = 500
  patience: int = 50
  patches: int = 2
  least_steps: int = 1
  held_out: float = 0.2
  monitor: str = "loss"
  resample: str = ""
  foreground_centres: float = 0.5
  foreground_weight: float = 1.0
  stretch: tuple[float, float] = (1.0, 1.0)
  degrees: float = 0.0
  chance: float = 0.3
  dropout: bool = True
  descent: Restarts = Restarts()  # noqa: RUF009, frozen

  def __post_init__(self):
    """Raises ValueError for a name that is not known."""
    if self.monitor not in MONITORS or self.resample not in RESAMPLES:
      raise ValueError(
        f"wanted monitor in {MONITORS} and resample in {RESAMPLES}, found "
        f"{self.monitor!r} and {self.resample!r}"
      )


class _Fit(NamedTuple):
  """What a fit knows between two epochs."""

  epoch: jax.Array  # [] int32, finished
  params: Any
  momentum: Any
  best: Any  # params of the best epoch
  scores: jax.Array  # [2] of it, smaller is better, the first counts more
  at: jax.Array  # [] int32, epochs finished when it was found
  history: jax.Array  # [most] validation loss, NaN where not reached


class _Task(NamedTuple):
  """What stays the same during a fit."""

  model: Model
  num_classes: int
  training: Training
  epochs: Epochs
  descent: Descent
  images: Images
  labels: jax.Array


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
  epoch, without augmentation.

  Args:
    model: what is fitted.
    num_classes: number C of classes, background first.
    channels: of an image.
    training: patch, batch, augmentation and overlap; its steps, optimiser and
      class_aware are not used.
    epochs: how long, and on what.
    over_passes: see `learner.make_learner`.

  Returns:
    Learner of segmentations, whose fit returns (params, validation loss
    [most]), NaN after the end. A fit that diverges returns its last params.
  """
  learner = make_learner(model, num_classes, channels, training, over_passes)
  descent = make_descent(epochs.descent)

  def fit(key, params, images, labels, pool):
    task = _Task(model, num_classes, training, epochs, descent, images, labels)
    return _fit(key, params, pool, task)

  return learner._replace(fit=fit)


def _fit(key, params, pool, task):
  settings = task.epochs
  key_split, key_validate, key_epochs = jax.random.split(key, 3)
  train, held = split_labelled(
    key_split, pool, settings.held_out, settings.resample
  )
  validate = partial(_validate, key_validate, held, task)

  def one_epoch(fit: _Fit) -> _Fit:
    key = jax.random.fold_in(key_epochs, fit.epoch)
    params, momentum = _train(key, fit, train, task)
    loss, dice = validate(params)
    scores = jnp.stack([loss if settings.monitor == "loss" else -dice, loss])
    better = _is_less(scores, fit.scores)
    epoch = fit.epoch + 1
    return _Fit(
      epoch=epoch,
      params=params,
      momentum=momentum,
      best=jax.tree.map(partial(jnp.where, better), params, fit.best),
      scores=jnp.where(better, scores, fit.scores),
      at=jnp.where(better, epoch, fit.at),
      history=fit.history.at[fit.epoch].set(loss),
    )

  def goes_on(fit: _Fit):
    return (fit.epoch < settings.most) & (
      fit.epoch - fit.at < settings.patience
    )

  begin = _Fit(
    epoch=jnp.int32(0),
    params=params,
    momentum=task.descent.init(params),
    best=params,
    scores=jnp.full(2, jnp.inf),
    at=jnp.int32(0),
    history=jnp.full(settings.most, jnp.nan),
  )
  fit = jax.lax.while_loop(goes_on, one_epoch, begin)
  # Where no epoch gave a number, what it came to: not the net it began with.
  kept = partial(jnp.where, fit.at > 0)
  return jax.tree.map(kept, fit.best, fit.params), fit.history


def _is_less(scores, best):
  """Whether the first is smaller, or the same and the second is; not NaN."""
  return (scores[0] < best[0]) | (
    (scores[0] == best[0]) & (scores[1] < best[1])
  )


def _train(key, fit, train, task):
  """One epoch of steps: (params, momentum)."""
  settings, batch = task.epochs, task.training.batch
  key_order, key_steps = jax.random.split(key)
  order = shuffle(key_order, train)
  total = settings.patches * train.count
  num_steps = jnp.maximum(-(-total // batch), settings.least_steps)
  rate = learning_rate(fit.epoch, settings.descent)

  def loss_of(params, key, inputs, truth):
    logits = task.model.apply(params, inputs, key)[0]
    return losses.weighted_segmentation_loss(
      logits, truth, settings.foreground_weight
    ).mean()

  def step(i, carry):
    params, momentum = carry
    key_batch, key_dropout = jax.random.split(jax.random.fold_in(key_steps, i))
    items = order[(i * batch + jnp.arange(batch)) % train.count]
    inputs, truth = _training_batch(key_batch, items, task)
    key = key_dropout if settings.dropout else None
    grads = jax.grad(loss_of)(params, key, inputs, truth)
    updates, momentum = task.descent.update(grads, momentum, params, rate)
    return optax.apply_updates(params, updates), momentum

  return jax.lax.fori_loop(0, num_steps, step, (fit.params, fit.momentum))


def _training_batch(key, items, task):
  """A patch of each item, augmented, stretched and turned: (inputs, truth)."""
  key_draw, key_move = jax.random.split(key)
  drawn = _draw(key_draw, items, task)
  inputs, truth = cut_batch(drawn, task.images, task.labels, task.training)
  settings = task.epochs
  stretch, degrees = settings.stretch, settings.degrees
  if tuple(stretch) == (1.0, 1.0) and degrees == 0:
    return inputs, truth

  def move(key, image, label):
    return scale_and_turn(key, image, label, stretch, degrees, settings.chance)

  return jax.vmap(move)(jax.random.split(key_move, len(inputs)), inputs, truth)


def _draw(key, items, task):
  """Where the patches of a batch of items are: `Drawn` of [batch]."""
  key_aware, key_class, key_patch, key_augment = jax.random.split(key, 4)
  batch, num_classes = items.shape[0], task.num_classes
  share = task.epochs.foreground_centres
  wanted = jax.random.randint(key_class, (batch,), 1, num_classes)
  aware = jax.random.bernoulli(key_aware, share, (batch,))
  return Drawn(
    items,
    jnp.where(aware, wanted, num_classes),
    jax.random.split(key_patch, batch),
    jax.random.split(key_augment, batch),
  )


def _validate(key, held, task, params):
  """Mean loss and mean foreground Dice over the patches of the held out."""
  batch = task.training.batch
  total = task.epochs.patches * held.count
  training = dataclasses.replace(
    task.training, augment=Augment(False, False, 0.0)
  )

  def add(i, sums):
    places = i * batch + jnp.arange(batch)
    items = held.items[places % held.count]
    drawn = _draw(jax.random.fold_in(key, i), items, task)
    inputs, truth = cut_batch(drawn, task.images, task.labels, training)
    logits = task.model.apply(params, inputs, None)[0]
    loss = losses.weighted_segmentation_loss(
      logits, truth, task.epochs.foreground_weight
    )
    dice = _dice(logits, truth, task.num_classes)
    known = (places < total) & ~jnp.isnan(dice)
    values = jnp.stack([loss, jnp.where(known, dice, 0.0)])
    counts = jnp.stack([places < total, known])
    return sums + jnp.stack([values * counts, counts]).sum(-1)

  zero = jnp.zeros((2, 2))
  sums = jax.lax.fori_loop(0, -(-total // batch), add, zero)
  loss, dice = sums[0] / jnp.maximum(sums[1], 1)
  return loss, dice


def _dice(logits, truth, num_classes):
  """[B] mean foreground Dice of the likeliest classes; NaN: undefined."""
  counts = metrics.overlap_counts(logits.argmax(-1), truth, num_classes)
  return metrics.mean_foreground(metrics.dice_from_counts(counts))[0]
