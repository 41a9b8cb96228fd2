"""Where the survey's reference code does other than its text says."""

import dataclasses
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from experiments.config import Config

ALL = ("acdc", "nct", "isic")
_FEW_STEPS = 200  # 100 epochs of one to three batches


class Deviation(NamedTuple):
  """One of them, as a switch."""

  benchmarks: tuple[str, ...]
  text: str
  change: Callable  # (Config, benchmark, budget) -> Config


def _with(config, benchmark, budget, **fields):
  del benchmark, budget
  return dataclasses.replace(config, **fields)


def _augmented(config, benchmark, budget):
  del budget
  which = "labelled" if benchmark == "acdc" else "all"
  return dataclasses.replace(config, distort=which)


def _short(config, benchmark, budget):
  del benchmark
  few = min(config.steps, _FEW_STEPS) if budget == "low" else config.steps
  return dataclasses.replace(config, steps=few)


DEVIATIONS = {
  "shared_start": Deviation(
    ALL,
    "one starting set and one first model for all seeds, so that the first "
    "numbers have no spread",
    partial(_with, shared_start=True),
  ),
  "warm_start": Deviation(
    ("acdc",),
    "each fit goes on from the model of the round before",
    partial(_with, warm=True),
  ),
  "truncated_labels": Deviation(
    ("acdc",),
    "rotated label maps are interpolated and truncated, which draws a false "
    "rim of the right ventricle around the myocardium",
    partial(_with, truncated_labels=True),
  ),
  "augmented_features": Deviation(
    ALL,
    "k-center compares features of augmented images: of the labelled ones "
    "(acdc), of all (nct, isic)",
    _augmented,
  ),
  "tenth_class": Deviation(
    ("nct",),
    "ten logits for nine classes",
    partial(_with, spare_classes=1),
  ),
  "short_fits": Deviation(
    ("nct", "isic"),
    f"at the low budget {_FEW_STEPS} optimiser steps: a network that is hardly "
    "trained",
    _short,
  ),
  "item_split": Deviation(
    ("isic",),
    "images, not patients, are split: most test patients are trained on",
    partial(_with, split_by_item=True),
  ),
  "folded_auc": Deviation(
    ("isic",),
    "the larger of AUC and 1 - AUC is reported, which is above one half by "
    "construction",
    partial(_with),
  ),
}

NOT_DONE = (
  (ALL, "BatchNorm: the networks here have GroupNorm"),
  (ALL, "the labels of the seeds: another generator draws here"),
  (
    ("acdc",),
    "the best of four checkpoints on ten labelled validation volumes: the last "
    "step counts here, and those labels are not used",
  ),
  (
    ("acdc",),
    "leaky ReLU, strided and transposed convolutions and dropout in every "
    "block: here ReLU, pooling, upsampling and dropout before the last layer",
  ),
  (
    ("acdc",),
    "slices of 256 x 256 scaled per volume, and predictions brought back to "
    "the scanner's grid: the slices are taken as they come",
  ),
  (
    ("acdc",),
    "surface distances in three dimensions: they are taken slice by slice, "
    "since slices without spacing cannot be stacked, and averaged per volume",
  ),
  (
    ("nct", "isic"),
    "steps that grow with the labels (100 epochs): every fit of a budget has "
    "the same number here",
  ),
  (
    ("nct", "isic"),
    "validation images apart: they are not needed, and stay in the pool",
  ),
  (("nct",), "horizontal flips only: both axes are flipped here"),
  (
    ("isic",),
    "crops of 224 out of 300 pixels, zoom, shift and colour in training",
  ),
  (("isic",), "the reference code's own lists of training and test images"),
)


def of_benchmark(benchmark: str) -> tuple[str, ...]:
  """Names of the deviations that exist for a benchmark."""
  return tuple(n for n, d in DEVIATIONS.items() if benchmark in d.benchmarks)


def not_done(benchmark: str) -> list[str]:
  """What of the reference code is not followed in any preset."""
  return [text for where, text in NOT_DONE if benchmark in where]


def apply(
  config: Config, names: Iterable[str], benchmark: str, budget: str
) -> Config:
  """The settings with some deviations.

  Raises:
    ValueError: for a name that is none of the benchmark's.
  """
  known = of_benchmark(benchmark)
  for name in names:
    if name not in known:
      raise ValueError(
        f"deviate: {name!r} is not one of {', '.join(known)} ({benchmark})"
      )
    config = DEVIATIONS[name].change(config, benchmark, budget)
  return config


def explain() -> str:
  """All of them, for --help."""
  lines = ["Deviations of the reference code from its text:"]
  for name, found in DEVIATIONS.items():
    lines.append(f"{name} ({', '.join(found.benchmarks)}): {found.text}.")
  lines.append("Not done, in any preset:")
  lines += [f"({', '.join(where)}) {text}." for where, text in NOT_DONE]
  return "\n".join(lines)
