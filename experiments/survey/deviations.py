"""Where the survey's reference code does other than its text says."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from alx.runs.settings.config import Config

ALL = ("acdc", "nct", "isic")


class Deviation(NamedTuple):
  """One of them, as a switch."""

  text: str
  fields: dict[str, dict]  # of Config, by benchmark; {}: only of the report


def _everywhere(**fields: Any) -> dict[str, dict]:
  return dict.fromkeys(ALL, fields)


DEVIATIONS = {
  "shared_start": Deviation(
    "one starting set and one first model for all seeds, so that the first "
    "numbers have no spread",
    _everywhere(shared_start=True),
  ),
  "warm_start": Deviation(
    "each fit goes on from the model of the round before",
    {"acdc": {"warm": True}},
  ),
  "half_turns": Deviation(
    "flips are of both axes at once, which is a turn by 180 degrees: nothing "
    "is mirrored",
    {"acdc": {"flips": False, "turns": True}},
  ),
  "truncated_labels": Deviation(
    "rotated label maps are interpolated and truncated, which draws a false "
    "rim of the right ventricle around the myocardium",
    {"acdc": {"truncated_labels": True}},
  ),
  "augmented_features": Deviation(
    "k-center compares features of augmented images: of the labelled ones "
    "(acdc), of all (nct, isic)",
    {
      "acdc": {"distort": "labelled"},
      "nct": {"distort": "all"},
      "isic": {"distort": "all"},
    },
  ),
  "greedy_seeding": Deviation(
    "BADGE starts at a random item and makes 2 + log k draws for each pick, of "
    "which it keeps the one that covers most, as scikit-learn does",
    _everywhere(greedy_seeding=True),
  ),
  "tenth_class": Deviation(
    "ten logits for nine classes",
    {"nct": {"spare_classes": 1}},
  ),
  "item_split": Deviation(
    "images, not patients, are split: whoever has several may be on both sides",
    {"isic": {"split_by_item": True}},
  ),
  "folded_auc": Deviation(
    "the larger of AUC and 1 - AUC is reported, which is above one half by "
    "construction",
    {"isic": {}},
  ),
}

NOT_DONE = (
  (ALL, "BatchNorm: the networks here have GroupNorm"),
  (ALL, "the labels of the seeds: another generator draws here"),
  (ALL, "epochs: batches are drawn with replacement here"),
  (
    ("acdc",),
    "the best of four checkpoints on ten labelled validation volumes: the last "
    "step counts here, and those labels are not used",
  ),
  (
    ("acdc",),
    "strided and transposed convolutions and dropout in every block: here "
    "pooling, upsampling and dropout before the last layer",
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
    ("acdc",),
    "surface distances left out only where a whole volume lacks the structure, "
    "predicted or true: here every slice that lacks it is passed over, and "
    "counted",
  ),
  (
    ("nct", "isic"),
    "steps that grow with the labels: 100 epochs are 100 to 300 steps at the "
    "low budget, 800 to 4700 at the high one and over 16 000 on all "
    "labels; every fit of a budget has the same number here, at size paper the "
    "mean of the rounds, 200 and 2800",
  ),
  (
    ("nct", "isic"),
    "validation images apart: they are not needed, and stay in the pool",
  ),
  (("nct", "isic"), "3 x 3 max pooling: 2 x 2 here"),
  (("nct",), "horizontal flips only: both axes are flipped here"),
  (
    ("isic",),
    "crops of 224 out of 300 pixels, zoom, shift and colour in training",
  ),
  (("isic",), "the reference code's own lists of training and test images"),
)


def of_benchmark(benchmark: str) -> tuple[str, ...]:
  """Names of the deviations that exist for a benchmark."""
  return tuple(n for n, d in DEVIATIONS.items() if benchmark in d.fields)


def not_done(benchmark: str) -> list[str]:
  """What of the reference code is not followed in any preset."""
  return [text for where, text in NOT_DONE if benchmark in where]


def apply(config: Config, names: Iterable[str], benchmark: str) -> Config:
  """The settings with some deviations, all of the benchmark's."""
  for name in names:
    fields = DEVIATIONS[name].fields[benchmark]
    config = dataclasses.replace(config, **fields)
  return config


def active(
  benchmark: str,
  config: Mapping,
  chosen: Sequence[str],
  split_by: str | None = None,
) -> tuple[str, ...]:
  """What is on in the settings of a run, however it got there.

  Args:
    benchmark: its name.
    config: fields of Config, as config.json has them.
    chosen: the deviations asked for, which decide where no field tells.
    split_by: as dataset.json has it; a split that came with the data is not
      made by images.
  """

  def is_on(name):
    if name == "item_split" and split_by == "given":
      return False
    fields = DEVIATIONS[name].fields[benchmark]
    if not fields:
      return name in chosen
    return all(config.get(field) == value for field, value in fields.items())

  return tuple(filter(is_on, of_benchmark(benchmark)))


def explain() -> str:
  """All of them, for --help."""
  lines = ["Deviations of the reference code from its text:"]
  for name, found in DEVIATIONS.items():
    lines.append(f"{name} ({', '.join(found.fields)}): {found.text}.")
  lines.append("Not done, in any preset:")
  lines += [f"({', '.join(where)}) {text}." for where, text in NOT_DONE]
  return "\n".join(lines)
