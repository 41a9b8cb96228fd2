"""What is benchmarked: budgets, methods, and the settings of each size."""

from typing import NamedTuple

SIZES = ("smoke", "cpu", "paper")
LOST = 0.05  # a Dice below it: the fit does not know the class


class Table(NamedTuple):
  """A published table and what stands in its place here."""

  id: str  # in experiments/published/survey.csv
  column: str  # of curve.csv
  title: str
  scale: float  # what makes our numbers those of the table
  bound: float  # difference that would not matter, in units of the table
  full_steps: int  # of the published fit on all labels: epochs x batches
  is_distance: bool = False  # in mm, lower is better


class Benchmark(NamedTuple):
  """One of the three tasks."""

  title: str
  original: str  # what the published data are told by
  metric: str  # column of curve.csv that methods are compared by
  tables: dict[str, tuple[Table, ...]]  # by budget
  budgets: dict[str, int]  # labels to start with, and labels per round
  methods: tuple[str, ...]  # that the survey has numbers of
  few: tuple[str, ...]  # what `cpu` runs unless told otherwise
  more: tuple[str, ...]  # what `paper` runs beside them
  fields: dict  # of Config, at every size
  sizes: dict[str, dict]  # fields of each size
  steps: dict[str, dict[str, int]]  # optimiser steps by size and budget


_SEGMENTING = ("random", "confidence", "margin", "entropy", "badge")
_COVERS = ("k_center", "k_center_cosine")
_SMOKE = {"seeds": 2, "rounds": 1, "pictures": 0, "widths": (4, 8)}

_ACDC = Benchmark(
  title="ACDC: ventricles and myocardium in cardiac MRI",
  original="656 slices to ask for, of four classes",
  metric="dice",
  tables={
    "b10": (
      Table("T8a", "dice", "Dice", 1.0, 0.02, 4000),
      Table("T8b", "asd_pred_to_ref", "ASD", 1.0, 0.5, 4000, True),
    )
  },
  budgets={"b10": 10},
  methods=(*_SEGMENTING, *_COVERS),
  few=("random", "entropy", "margin", "badge", "k_center"),
  more=("bald", "dbal", "foreground_random"),
  fields={
    "where": "frame=1",
    "model": "unet",
    "dropout": 0.1,
    "flips": False,
    "turns": False,
    "rotation": 22.9,  # 0.4 rad
    "intensity": 0.0,
  },
  sizes={
    "paper": {
      "seeds": 5,
      "rounds": 5,
      "widths": (32, 64, 128, 256, 512),
      "flips": True,
      "turns": True,
      "batch": 32,
      "learning_rate": 1e-3,
      "schedule": "polynomial",
      "weight_decay": 5e-4,
      "coupled_decay": True,
      "clip": 10.0,
      "dice": "item",
      "class_aware": 0.0,
      "samples": 25,
      "block": 64,
    },
    "cpu": {
      "seeds": 3,
      "rounds": 5,
      "coarsen": 2,
      "widths": (8, 16, 32, 64, 128),
      "batch": 8,
      "learning_rate": 4e-3,
      "class_aware": 0.33,
      "samples": 8,
      "block": 16,
    },
    "smoke": _SMOKE | {"batch": 4, "samples": 2, "block": 16},
  },
  steps={"paper": {"b10": 4000}, "cpu": {"b10": 500}, "smoke": {"b10": 4}},
)

_RESNET = {
  "model": "resnet",
  "dropout": 0.5,
  "optimizer": "sgd",
  "learning_rate": 0.01,
  "schedule": "cosine",
  "weight_decay": 5e-4,
  "coupled_decay": True,
  "clip": 0.0,
  "class_aware": 0.0,
  "samples": 25,
}
_RESNET_SIZES = {
  "paper": {
    "seeds": 5,
    "rounds": 5,
    "image_size": 224,
    "widths": (64, 128, 256, 512),
    "batch": 128,
    "block": 128,
  },
  "cpu": {
    "seeds": 3,
    "rounds": 5,
    "image_size": 32,
    "widths": (16, 32, 64, 128),
    "batch": 32,
    "learning_rate": 0.05,
    "schedule": "warmup_cosine",
    "clip": 1.0,
    "block": 128,
  },
  "smoke": _SMOKE | {"image_size": 16, "batch": 8, "samples": 2, "block": 64},
}
# 100 epochs in batches of 128: of 50 to 300 labels 100 to 300 steps, 183 on the
# average of the rounds, of 1000 to 6000 labels 800 to 4700 steps, 2783.
_RESNET_STEPS = {
  "paper": {"low": 200, "high": 2800},
  "cpu": {"low": 300, "high": 600},
  "smoke": {"low": 4, "high": 4},
}
_BUDGETS = {"low": 50, "high": 1000}


def _of_pictures(
  metric: str, tables: dict[str, Table], fields: dict, **others
) -> Benchmark:
  """A benchmark of the residual network."""
  return Benchmark(
    metric=metric,
    tables={budget: (table,) for budget, table in tables.items()},
    budgets=_BUDGETS,
    more=(),
    fields=_RESNET | {"flips": True} | fields,
    sizes=_RESNET_SIZES,
    steps=_RESNET_STEPS,
    **others,
  )


_NCT = _of_pictures(
  "accuracy",
  {
    "low": Table("T6a", "accuracy", "accuracy, %", 100.0, 2.0, 70_400),
    "high": Table("T6b", "accuracy", "accuracy, %", 100.0, 2.0, 70_400),
  },
  {"intensity": 0.0},
  title="NCT-CRC-HE-100K: nine tissues in colorectal histology",
  original="folders of nine classes, parted as published",
  methods=(*_SEGMENTING, "bald", "dbal", *_COVERS),
  few=("random", "entropy", "margin", "badge", "k_center"),
)

_ISIC = _of_pictures(
  "auc",
  {
    "low": Table("T7a", "auc", "AUC", 1.0, 0.02, 16_400),
    "high": Table("T7b", "auc", "AUC", 1.0, 0.02, 16_400),
  },
  {"rotation": 180.0, "intensity": 0.02, "test_share": 0.3},
  title="ISIC 2020: melanoma in dermoscopy",
  original="pictures of two classes, with a CSV file of their patients",
  methods=(
    "random",
    "confidence",
    "entropy",
    "badge",
    "bald",
    "dbal",
    *_COVERS,
  ),
  few=("random", "confidence", "entropy", "badge", "k_center"),
)

BENCHMARKS = {"acdc": _ACDC, "nct": _NCT, "isic": _ISIC}
