"""The settings of a run: one frozen dataclass, checked when it is made."""

import ast
import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from alx.acquisition.grammar import split_arms
from alx.data.volumes.header import SPACING_FROM
from alx.keys import SEEDS
from alx.runs.disk.names import run_name
from alx.runs.settings import arms, starting, stopping
from alx.runs.settings.checks import (
  among,
  at_least,
  did_you_mean,
  typed,
  within,
)
from alx.runs.settings.recipes import DEFAULT, RECIPES
from alx.stats import BASELINES
from alx.stats.stopping import split_rules
from alx.units.budget import COST, parse_budget
from alx.units.spec import parse_unit

MODELS = ("auto", "unet", "light_unet", "cnn", "resnet", "mlp")
OPTIMIZERS = ("auto", "adam", "sgd", "muon")
SCHEDULES = ("auto", "warmup_cosine", "cosine", "polynomial", "converged")
PATHS = ("data", "features", "cache", "costs")
MADE = ("phantom", "screening")  # data that are made, not read
PASSES = ("auto", "shard_map", "pmap")
PRECISIONS = ("float32", "bfloat16")
ANSWERS = ("voxels", "dominant")
ENSEMBLES = ("", "deep", "bootstrap", "snapshots")


@dataclasses.dataclass(frozen=True)
class Config:
  """Everything that decides the result of a run.

  What is 0, (), None or "auto" is chosen by the recipe and the data.
  """

  # Data
  data: str = "phantom"  # folder, file, or made here: phantom, screening
  features: str = ""  # .npy or .npz, takes the place of the images
  cache: str = ""  # folder for NIfTI cases in chunks, made once, and for
  #  the superpixels of images of any kind
  where: str = ""  # keep npz items with, for example, "frame=1"
  columns: str = ""  # of a table: picture, patient, class: "image_id,,dx"
  group_pattern: str = ""  # of ids; its group is the patient: ^(.*)_
  strict: bool = False  # a bad case is an error, not left out
  spacing_from: str = "pixdim"  # or "affine", where a NIfTI file has two
  image_size: int = 0  # pixels of a side, for folders of pictures; 0: as is
  coarsen: int = 1  # voxels of a side that become one, in every item
  test_items: int = 0  # held out when the data has no split; 0: test_share
  test_share: float = 0.25  # of all items, when test_items is 0
  split_by_item: bool = False  # even where patients are known
  split_seed: int = 0  # of the draw of test items
  phantom_items: int = 72  # of data that are made
  # Protocol
  acquisition: tuple[str, ...] = ("entropy", "bald")  # what is compared
  seeds: int = 2  # repeats with other keys, in pairs
  first_seed: int = 0  # of them; the others follow
  start: int = 4  # labels of the starting set
  start_with: str = "random"  # how it is chosen: stratified, or by features
  #  alone: typiclust, facility_location, k_means ...
  start_features: str = "auto"  # that start_with reads: pca, autoencoder,
  #  simclr, or a file [N, D]; auto: those of the data, or pca of the images
  query: int = 4  # labels per round
  start_per_item: int = 0  # slices of an item, where they are chosen in each
  #  apart; 0: among those of all items
  max_per_group: int = 0  # of them, of one patient; more where it must; 0: all
  unit: str = "whole"  # what one label is, a text as in alx.units.spec
  max_per_item: int = 1  # units of one item in a round; more where it must
  answer: str = "voxels"  # or "dominant": one class for a unit
  budget: str = ""  # of a round, as in alx.units.budget; "": query units
  seconds: tuple[float, ...] = ()  # of an item, a unit of it (the click of a
  #  dominant answer), a mm traced (none of such an answer)
  costs: str = ""  # CSV file of unit and cost, which budget=cost:120 counts
  rounds: int = 4  # rounds after the starting set
  stop: tuple[str, ...] = ()  # when enough would be labelled, such as plateau
  stop_mode: str = "advise"  # or "end": a budget of labels ends the run
  metric: str = "auto"  # what is compared, any column of curve.csv, or by rule
  full: bool = True  # also train on every pool label
  full_steps: int = 0  # at most, of all labels' model; 0: by the recipe
  # Model and training
  recipe: str = DEFAULT  # or "classic"; decides what is not set below
  model: str = "auto"  # unet, light_unet, cnn, resnet or mlp
  widths: tuple[int, ...] = ()  # channels of its levels; (): by the recipe
  dropout: float | None = None  # share of features; None: by the recipe
  up_convolutions: int = 0  # of a U-Net, per level; 0: 2, 1 of a light one
  down_convolutions: int = 0  # and on the way down; 0: 2
  skips: str = ""  # of a U-Net: "add" or "concat"; light ones add
  norm: str = ""  # of a U-Net: "group" or "instance"
  deep_supervision: bool = False  # a U-Net's coarser levels are trained too
  patch: tuple[int, ...] = ()  # voxels a segmentation is trained on at a time
  steps: int = 0  # optimiser steps per round; 0: by the recipe
  batch: int = 0  # items or patches per step; 0: by the recipe
  optimizer: str = "auto"  # adam, sgd or muon
  learning_rate: float = 0.0  # at its highest; 0: by the recipe
  schedule: str = "auto"  # of the rate: warmup_cosine, cosine, polynomial or
  #  "converged", which ends by itself; auto: by the recipe
  tolerance: float = 0.03  # share by which a loss that falls has to fall
  ema: float = 0.0  # decay of an average of the weights; 0: none
  weight_decay: float = 0.0  # beside the loss, decoupled; 0: none
  clip: float = 1.0  # norm of the gradient; 0: none
  dice: str = "batch"  # or of each "item", background too; or "none"
  accumulate: int = 1  # pieces of a batch, one after the other: less memory
  fit_devices: int = 1  # that share a batch, and hold the pool between them
  remat: bool = False  # a U-Net's levels are made twice: less memory, slower
  precision: str = "float32"  # of activations, or bfloat16
  warm: bool = False  # start a round from the last params, not from scratch
  ensemble: str = ""  # deep, bootstrap or snapshots: samples, not dropout
  members: int = 5  # of the ensemble
  evidential: bool = False  # Dirichlet loss; on if an acquisition reads it
  class_aware: float = 0.33  # share of draws that first choose a class
  flips: bool | None = None  # mirror along every axis; None: by the recipe
  flips_by_labels: bool | None = None  # of masks, where labels allow it
  flip_axes: tuple[int, ...] = ()  # mirror along these, not as labels say
  turns: bool = False  # by 90 degrees, in planes of equal extents
  intensity: float = 0.1  # scale and shift values by up to so much
  rotation: float = 0.0  # largest angle, degrees
  scaling: float | None = None  # each axis by exp(+-scaling); None: by recipe
  shift: float | None = None  # share of the patch; None: by the recipe
  tilt: float | None = None  # degrees, in every plane; None: by the recipe
  gamma: float | None = None  # to the power exp(+-gamma); None: by recipe
  # Prediction and asking
  overlap: float | None = None  # of a segmentation's windows; None: by recipe
  samples: int = 8  # passes with dropout, where an acquisition wants them
  passes: str = "auto"  # over devices: "shard_map" or "pmap"
  block: int = 0  # items predicted at a time; 0: by the recipe
  pictures: int = 3  # items drawn per round in the report
  # Only to repeat published studies as they were
  spare_classes: int = 0  # logits of classes that do not exist
  shared_start: bool = False  # starting set and first model are those of seed 0
  coupled_decay: bool = False  # weight_decay as an L2 penalty
  truncated_labels: bool = False  # rotated as published code does, wrongly
  distort: str = ""  # "labelled" or "all": augmented when features are compared
  greedy_seeding: bool = False  # of badge, as in scikit-learn's k-means++

  def __post_init__(self):
    """Raises ValueError with the field, what was wanted, what was found."""
    # One form for each, so that what means the same is the same run.
    for field in dataclasses.fields(self):
      value = typed(field.name, getattr(self, field.name), field.type)
      object.__setattr__(self, field.name, value)
    names = arms.canonical(self.acquisition)
    object.__setattr__(self, "acquisition", names)
    object.__setattr__(self, "stop", stopping.canonical(self.stop))
    object.__setattr__(self, "start_with", starting.canonical(self.start_with))
    object.__setattr__(self, "unit", parse_unit(self.unit).text)
    starting.check_unit(self)
    budget = parse_budget(self.budget)
    object.__setattr__(self, "budget", budget.text if budget else "")
    self._check_seconds(budget)
    if not self.acquisition and not self.full:
      raise ValueError("nothing to do: no acquisition and full=False")
    among("recipe", self.recipe, sorted(RECIPES))
    among("model", self.model, MODELS)
    among("optimizer", self.optimizer, OPTIMIZERS)
    among("ensemble", self.ensemble, ENSEMBLES)
    among("schedule", self.schedule, SCHEDULES)
    among("spacing_from", self.spacing_from, SPACING_FROM)
    among("dice", self.dice, ("batch", "item", "none"))
    among("passes", self.passes, PASSES)
    among("precision", self.precision, PRECISIONS)
    among("skips", self.skips, ("", "add", "concat"))
    among("norm", self.norm, ("", "group", "instance"))
    among("stop_mode", self.stop_mode, stopping.MODES)
    among("answer", self.answer, ANSWERS)
    among("distort", self.distort, ("", "labelled", "all"))
    if self.tilt and self.rotation:
      raise ValueError("tilt and rotation both turn: set one of them")
    if self.flip_axes and self.flips_by_labels:
      raise ValueError(
        "flip_axes and flips_by_labels both say what is mirrored: set one"
      )
    if self.group_pattern and self.split_by_item:
      raise ValueError("group_pattern says nothing with split_by_item=True")
    arrives = self.start_with == starting.LABELLED
    at_least("start", self.start, int(not arrives))
    for name in ("seeds", "query", "samples", "members"):
      at_least(name, getattr(self, name), 1)
    for name in ("accumulate", "fit_devices"):
      at_least(name, getattr(self, name), 1)
    for name in ("rounds", "test_items", "batch", "block", "pictures", "steps"):
      at_least(name, getattr(self, name), 0)
    for name in ("full_steps", "up_convolutions", "down_convolutions"):
      at_least(name, getattr(self, name), 0)
    for name in (
      *("image_size", "spare_classes"),
      *("max_per_group", "max_per_item", "start_per_item"),
    ):
      at_least(name, getattr(self, name), 0)
    for name in ("clip", "weight_decay"):
      at_least(name, getattr(self, name), 0)
    for axis in self.flip_axes:
      at_least("flip_axes", axis, 0)
    for name in ("patch", "widths"):
      for value in getattr(self, name):
        at_least(name, value, 1)
    for name in ("overlap", "ema", "tolerance", "shift", "dropout"):
      if getattr(self, name) is not None:
        within(name, getattr(self, name), 0.0, 1.0, open_end=True)
    within("class_aware", self.class_aware, 0.0, 1.0)
    within("intensity", self.intensity, 0.0, 1.0)
    within("rotation", self.rotation, 0.0, 180.0)
    within("tilt", self.tilt or 0.0, 0.0, 180.0)
    for name in ("scaling", "gamma"):
      within(name, getattr(self, name) or 0.0, 0.0, 2.0)
    within("test_share", self.test_share, 0.0, 1.0, open_end=True)
    if self.learning_rate:
      within("learning_rate", self.learning_rate, 1e-8, 10.0)
    at_least("phantom_items", self.phantom_items, 8)
    for name in ("first_seed", "split_seed"):
      within(name, getattr(self, name), 0, SEEDS - 1)
    if self.first_seed + self.seeds > SEEDS:
      raise ValueError(
        f"first_seed: {self.first_seed} with {self.seeds} seeds makes the last "
        f"seed more than {SEEDS - 1}"
      )

  def _check_seconds(self, budget):
    for value in self.seconds:
      at_least("seconds", value, 0)
    if self.answer == "dominant" and self.budget.startswith("boundary_mm"):
      raise ValueError(
        f"budget={self.budget}: a dominant answer is a click, which traces "
        "nothing; wanted a budget in units, voxels, slices or seconds"
      )
    if self.answer == "dominant" and self.seconds and not any(self.seconds[:2]):
      raise ValueError(
        "seconds: wanted those of an item or of a unit of it above 0, as a "
        f"dominant answer traces nothing, found {self.seconds}"
      )
    if self.seconds and (len(self.seconds) != 3 or not any(self.seconds)):
      raise ValueError(
        "seconds: wanted three, of an item that is opened, of a unit and of a "
        f"mm that is traced, found {self.seconds}"
      )
    if budget and budget.kind == "seconds" and not self.seconds:
      raise ValueError(
        f"budget={self.budget} wants seconds=ITEM,UNIT,MM: what a reader takes "
        "to open an item, for a unit of it and for a mm that is traced"
      )
    if budget and budget.kind == COST and not self.costs:
      raise ValueError(
        f"budget={self.budget} wants costs=FILE.csv with the columns unit and "
        "cost: what each label costs"
      )


def override(
  config: Config,
  assignments: Iterable[str],
  told: Mapping[str, str] | None = None,
  given: Mapping[str, Any] | None = None,
) -> Config:
  """Changes fields by texts such as "steps=300" or "patch=32,48,32".

  Args:
    config: what is changed.
    assignments: the texts.
    told: fields that another flag has set, with its name.
    given: what other flags say, by field; changed at once, as one of them may
      want another.

  Raises:
    ValueError: on an unknown field, a value of another type, or a field that
      is told twice.
  """
  fields = {f.name: f for f in dataclasses.fields(config)}
  changes, told = {}, told or {}
  for text in assignments:
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
      raise ValueError(f"--set wants field=value, found {text!r}")
    if name not in fields:
      near = did_you_mean(name, fields) or "; --help_settings has them all"
      raise ValueError(f"--set: no field {name!r}{near}")
    if name in changes:
      raise ValueError(f"--set names {name} twice, the second time {text!r}")
    if name in told:
      raise ValueError(f"--set={name} and --{told[name]}: give one of them")
    changes[name] = _parse(name, value, fields[name].type)
  return dataclasses.replace(config, **{**(given or {}), **changes})


def absolute(config: Any) -> Any:
  """The settings with paths that mean the same wherever they are read."""
  fields = {f.name for f in dataclasses.fields(config)} & {*PATHS}
  if starting.is_file(getattr(config, "start_features", "auto")):
    fields.add("start_features")
  changes = {name: absolute_path(getattr(config, name)) for name in fields}
  return dataclasses.replace(config, **changes)


def absolute_path(path: str) -> str:
  """A path from the root on; what is none stays."""
  if path in ("", *MADE):
    return path
  return os.path.abspath(os.path.expanduser(path))


def _parse(name: str, text: str, kind: Any) -> Any:
  """`text` as a value of the field's type."""
  if get_origin(kind) is tuple:
    parts = _parts(name, text)
    if not parts[-1]:  # (32,) or nothing
      parts.pop()
    if not all(parts):
      raise ValueError(f"--set {name}: a value is missing in {text!r}")
    return tuple(_parse(name, part, get_args(kind)[0]) for part in parts)
  if kind is str:
    return text
  if type(None) in get_args(kind):
    kind = get_args(kind)[0]
    if text.strip().lower() == "none":
      return None
  try:
    value = ast.literal_eval(text.strip().capitalize())
  except (ValueError, SyntaxError):
    value = None
  if kind is float and type(value) is int:
    value = float(value)
  if type(value) is not kind:
    raise ValueError(f"--set {name}: wanted {kind.__name__}, found {text!r}")
  return value


def _parts(name, text):
  """What stands between the commas of a tuple, with brackets or without."""
  text = text.strip()
  if name == "acquisition":  # has brackets of its own
    inside = text.startswith("(") and text.endswith(")")
    return list(split_arms(text[1:-1] if inside else text))
  text = text.strip("() ")
  if name == "stop":  # has commas of its own
    return split_rules(text)
  return [part.strip() for part in text.split(",")]


def with_baselines(names: tuple[str, ...], task: str) -> tuple[str, ...]:
  """`names` with the random baselines of the task in front."""
  wanted = BASELINES if task == "segmentation" else BASELINES[:1]
  return tuple(dict.fromkeys((*wanted, *names)))


def parts_of(
  config: Config, baselines: bool = False, names: Sequence[str] = ()
) -> list[str]:
  """The runs that settings ask for, by folder; more where data decide.

  Args:
    config: as the user gave it, or resolved.
    baselines: the random arms are added.
    names: and these.
  """
  names = [*config.acquisition, *(BASELINES if baselines else ()), *names]
  names += ["full"] if config.full else []
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  return [run_name(n, seed) for n in dict.fromkeys(names) for seed in seeds]
