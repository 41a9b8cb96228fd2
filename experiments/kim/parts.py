"""The settings of the study as what the machinery of all runs takes."""

from alx.runs.settings.config import Config
from alx.runs.settings.idle import PHANTOM
from alx.training.augment import Augment
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.restarts import Restarts
from alx.training.settings import Training
from experiments.kim.settings import Kim


def config_of(kim: Kim) -> Config:
  """What the machinery of all runs needs to know of them."""
  made = {"phantom_items": kim.phantom_items} if kim.data == PHANTOM else {}
  return Config(
    **made,
    data=kim.data,
    coarsen=kim.coarsen,
    split_seed=kim.split_seed,
    acquisition=(),
    recipe="classic",
    seeds=kim.seeds,
    first_seed=kim.first_seed,
    start=kim.start,
    query=kim.query,
    max_per_group=kim.max_per_group,
    rounds=kim.rounds,
    patch=kim.patch,
    block=kim.block,
    pictures=0,
  )


def training_of(kim: Kim) -> Training:
  """How items are cut, and models asked."""
  return Training(
    patch=kim.patch,
    batch=kim.batch,
    overlap=kim.overlap,
    augment=Augment(kim.flips, False, 0.0),
  )


def epochs_of(
  kim: Kim, dropout: bool, resample: str = "", whole: tuple[int, ...] = ()
) -> Epochs:
  """How a model is fitted, with or without dropout, see `Epochs`."""
  return Epochs(
    most=kim.epochs,
    patience=kim.patience,
    patches=kim.patches,
    least_steps=kim.least_steps,
    held_out=kim.held_out,
    monitor=kim.monitor,
    resample=resample,
    foreground_centres=kim.foreground_centres,
    foreground_weight=kim.foreground_weight,
    stretch=kim.stretch,
    degrees=kim.degrees,
    chance=kim.chance,
    dropout=dropout,
    whole=whole,
    descent=descent_of(kim),
  )


def descent_of(kim: Kim) -> Restarts:
  """The optimiser and its rate."""
  return Restarts(
    peak=kim.learning_rate,
    warmup=kim.warmup,
    cycle=kim.cycle,
    momentum=kim.momentum,
    nesterov=kim.nesterov,
    weight_decay=kim.weight_decay,
    decay=kim.decay,
    clip=kim.clip,
  )
