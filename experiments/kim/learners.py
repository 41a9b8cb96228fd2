"""The networks of the study: how they are fitted, and how they predict."""

import dataclasses
import functools

import jax

from alx.data import Dataset
from alx.models import make_kim_unet
from alx.training.by_epochs.epochs import make_epoch_learner
from alx.training.ensemble import make_ensemble
from alx.training.learner import Learner, in_turn
from alx.training.learner import make_learner as make_predictor
from alx.training.whole import predict_whole
from experiments.kim.parts import epochs_of, training_of
from experiments.kim.settings import Kim


def make_learner(kind: str, kim: Kim, dataset: Dataset) -> Learner:
  """The learner of a kind of training, see `arms.Arm`.

  Raises:
    ValueError: for volumes of several extents that are to be predicted whole.
  """
  channels, num_classes = dataset.images[0].shape[-1], len(dataset.class_names)
  model = _make_model(kim, dataset.images[0].ndim - 1, num_classes)
  parts, training = (model, num_classes, channels), training_of(kim)
  whole = whole_extent(kim, dataset)
  resample = kim.bootstrap_resample if kind == "bootstrap" else ""
  epochs = epochs_of(kim, kind == "dropout", resample, whole)
  learner = make_epoch_learner(*parts, training, epochs, in_turn)
  if whole:
    training = dataclasses.replace(training, patch=whole)
    predictor = make_predictor(*parts, training, in_turn)
    learner = learner._replace(predict=predict_whole(predictor, whole))
  return _ensemble_of(learner, kim) if kind == "bootstrap" else learner


def _make_model(kim, spatial_dims, num_classes):
  return make_kim_unet(
    spatial_dims,
    num_classes,
    kim.widths,
    down=kim.blocks_down,
    up=kim.blocks_up,
    group_width=kim.group_width,
    upsample=kim.upsampling,
    foreground=kim.foreground_prior,
    dropout=kim.dropout,
    drop=kim.drop,
  )


def _ensemble_of(learner, kim):
  """Members are fitted in turn, so that one is in memory at its full size."""
  fit = jax.custom_batching.sequential_vmap(learner.fit)
  return make_ensemble(learner._replace(fit=fit), kim.members)


def whole_extent(kim: Kim, dataset: Dataset) -> tuple[int, ...]:
  """What volumes are grown to where they are predicted whole, else ().

  Raises:
    ValueError: if they have to be, and have several extents.
  """
  if kim.prediction != "whole":
    return ()
  extents = sorted({image.shape[:-1] for image in dataset.images})
  if len(extents) > 1:
    raise ValueError(
      f"{dataset.name}: prediction=whole wants volumes of one extent, found "
      f"{extents[0]} to {extents[-1]}; prediction=windows takes any"
    )
  factor = 2 ** (len(kim.widths) - 1)
  larger = map(max, extents[0], kim.patch)
  return tuple(-(-n // factor) * factor for n in larger)


def mean_of_passes(learner: Learner, passes: int) -> Learner:
  """The learner whose one prediction is the mean of passes with dropout."""

  @functools.wraps(learner.predict)
  def predict(key, params, images, items, num_samples=0):
    del num_samples
    found = learner.predict(key, params, images, items, passes)
    return found._replace(probs=found.probs.mean(0, keepdims=True))

  return learner._replace(predict=predict)
