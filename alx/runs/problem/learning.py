"""From a Config to a network and the way it is trained."""

import dataclasses
from collections.abc import Callable

import jax
import numpy as np

from alx import data, models
from alx.acquisition import BY_NAME, settings_of
from alx.acquisition.grammar import Arm, names_in, parse
from alx.data.partly import is_partly_labelled
from alx.devices.memory import Watched
from alx.devices.mesh import over_devices
from alx.devices.parallel import over_passes
from alx.models import Model
from alx.runs.memory import room
from alx.runs.settings.arms import needs_of
from alx.runs.settings.config import Config
from alx.runs.settings.recipes import UNETS
from alx.training import learner
from alx.training.augment import Augment
from alx.training.ensemble import make_ensemble, make_snapshots
from alx.training.learner import Learner
from alx.training.settings import Convergence, Training

_KINDS = 10  # of images, as good as any number where they have no class
_LARGE = 64  # pixels from which on a residual net first halves them twice


def make_learner(
  config: Config, dataset: data.Dataset, least: int = 0
) -> Learner:
  """One network, or an ensemble of them, for this data.

  Args:
    config: resolved.
    dataset: what it is for.
    least: steps before the loss may end a fit, where it does; 0: as usual.
  """
  return learner_of(
    config,
    dataset.images[0].shape[-1],
    len(dataset.class_names),
    over_passes if spreads_passes(config) else None,
    makes_pieces(config),
    dataset,
    least,
  )


def learner_of(
  config: Config,
  channels: int,
  num_classes: int,
  over_passes: Callable | None = None,
  in_pieces: bool = False,
  dataset: data.Dataset | None = None,
  least: int = 0,
) -> Learner:
  """The same without data; see `alx.training.learner.make_learner`."""
  one = learner.make_learner(
    make_model(config, num_classes),
    num_classes,
    channels,
    training_of(config, dataset, least),
    over_passes,
    in_pieces,
    over_devices(config.fit_devices),
  )
  if config.ensemble == "snapshots":
    return make_snapshots(one, config.members)
  if config.ensemble:
    resampled = config.ensemble == "bootstrap"
    return make_ensemble(one, config.members, bootstrap=resampled)
  return one


def make_fit_of_all(config: Config, dataset: data.Dataset) -> Callable | None:
  """The compiled `fit` to all labels, till it converges.

  Args:
    config: resolved.
    dataset: what it is for.

  Returns:
    The `fit` of a learner; None where that of the rounds does the same.
  """
  most = config.full_steps
  if most == config.steps:
    return None
  longer = dataclasses.replace(config, schedule="converged", steps=most)
  fit = make_learner(longer, dataset, config.steps).fit
  return compiled_fit(fit, longer, dataset, config.steps)


def compiled_fit(
  fit: Callable, config: Config, dataset: data.Dataset, least: int = 0
) -> Callable:
  """The `fit` of a learner as one program, whatever devices hold the data.

  Its memory is told before it first runs, and refused where there is too
  little, see `alx.runs.memory`.

  Args:
    fit: of `make_learner` with the other arguments.
    config: resolved.
    dataset: what it is for.
    least: see `make_learner`.
  """

  def of_patch(patch):
    other = dataclasses.replace(config, patch=patch)
    return jax.jit(make_learner(other, dataset, least).fit)

  spread = over_devices(config.fit_devices)
  devices = spread.devices if spread else jax.local_devices()[:1]
  look = room.looking(room.about(config), devices, of_patch)
  fit = Watched(jax.jit(fit), look)
  if spread is None:
    return fit

  def run(key, params, images, labels, pool, *weights):
    alike = spread.whole((key, params, pool, weights))
    key, params, pool, weights = alike
    return fit(key, params, *spread.held((images, labels)), pool, *weights)

  return run


def _sides_of(dataset):
  """Sides of a usual voxel, the shortest 1; () where they are not known."""
  known = [spacing for spacing in dataset.spacing_mm if spacing is not None]
  if not known:
    return ()
  sides = np.median(np.asarray(known, np.float64), axis=0)
  return tuple(float(side) for side in sides / sides.min())


def options_for(
  name: str, config: Config, dataset: data.Dataset
) -> dict[str, int | str]:
  """Options of an acquisition that settings or data decide.

  `clusters`, where it has that option, is the number of classes; badge draws
  as scikit-learn does if `greedy_seeding` is set.
  """
  if name in BY_NAME and "clusters" in settings_of(BY_NAME[name]):
    of_images = dataset.task == "classification"
    return {"clusters": len(dataset.class_names) if of_images else _KINDS}
  if name == "badge" and config.greedy_seeding:
    return {"first": "uniform", "trials": 0}
  return {}


def arm_of(text: str, config: Config, dataset: data.Dataset) -> Arm:
  """What a text says, with `options_for` in every method that it names."""
  given = {n: options_for(n, config, dataset) for n in names_in(text)}
  return parse(
    text, tuple((n, tuple(o.items())) for n, o in given.items() if o)
  )


def spreads_passes(config: Config) -> bool:
  """Whether passes of dropout go over all devices: those of a single seed.

  Several seeds are spread themselves. On accelerators, or where `passes` asks
  for it: "shard_map" makes them inside of the one program of a question, "pmap"
  between its pieces, to the same picks. By itself not on a CPU, whose devices
  share its cores: what is around the passes, the fit too, runs on every device.
  """
  devices = jax.local_devices()
  asked = "samples" in needs_of(config.acquisition)
  alone = config.seeds == config.fit_devices == 1 and not config.ensemble
  wanted = config.passes != "auto" or devices[0].platform != "cpu"
  return alone and asked and len(devices) > 1 and wanted


def makes_pieces(config: Config) -> bool:
  """Whether a question is cut into programs with its passes in pmap between."""
  return config.passes == "pmap" and spreads_passes(config)


def make_model(config: Config, num_classes: int) -> Model:
  """The network that the settings name."""
  name, arguments = network_of(config, num_classes)
  model = getattr(models, name)(**arguments)
  return models.in_bfloat16(model) if config.precision != "float32" else model


def network_of(config: Config, num_classes: int) -> tuple[str, dict]:
  """(function of `alx.models`, its arguments) of that network."""
  arguments = {
    "num_classes": num_classes,
    "widths": config.widths,
    "dropout": config.dropout,
  }
  if config.model in UNETS:
    arguments |= {
      "spatial_dims": len(config.patch),
      "light": config.model == "light_unet",
      "up": config.up_convolutions,
      "down": config.down_convolutions,
      "skips": config.skips,
      "norm": config.norm or "group",
      "deep": config.deep_supervision,
      "remat": config.remat,
    }
    return "make_unet", arguments
  if config.model == "resnet":
    arguments["large"] = min(config.patch) >= _LARGE
  return f"make_{config.model}", arguments


def training_of(
  config: Config, dataset: data.Dataset | None = None, least: int = 0
) -> Training:
  """How it is trained and asked; see `make_learner`."""
  convergence = Convergence(config.tolerance)
  if least:
    convergence = dataclasses.replace(convergence, least=least)
  return Training(
    patch=config.patch,
    steps=_steps_of_a_fit(config),
    batch=config.batch,
    optimizer=config.optimizer,
    learning_rate=config.learning_rate,
    schedule=config.schedule,
    weight_decay=config.weight_decay,
    coupled_decay=config.coupled_decay,
    clip=config.clip,
    dice=config.dice,
    class_aware=config.class_aware,
    overlap=config.overlap,
    augment=augment_of(config, dataset),
    evidential=config.evidential,
    convergence=convergence,
    ema=config.ema,
    accumulate=config.accumulate,
    partly=config.unit != "whole"
    or (dataset is not None and is_partly_labelled(dataset)),
  )


def augment_of(config: Config, dataset: data.Dataset | None = None) -> Augment:
  """What may happen to a training item.

  Args:
    config: settings.
    dataset: whose voxels a tilt has to know; None: their sides are alike.
  """
  sides = _sides_of(dataset) if dataset and config.tilt else ()
  return Augment(
    config.flips,
    config.turns,
    config.intensity,
    config.rotation,
    config.truncated_labels,
    config.flips_by_labels,
    config.scaling,
    config.shift,
    config.tilt,
    config.gamma,
    sides,
    config.flip_axes,
  )


def _steps_of_a_fit(config):
  """Snapshots share the steps of one fit, and take one at the least."""
  if config.ensemble == "snapshots":
    return max(config.steps // config.members, 1)
  return config.steps
