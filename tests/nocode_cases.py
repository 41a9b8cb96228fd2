"""Records of labelling loops that nobody played, and small ones to play."""

import pathlib
from types import SimpleNamespace

import numpy as np
from rich.console import Console

from alx.effort import scenario_prices
from experiments.nocode import study
from experiments.nocode.plan import ACTIVE, NONE, RANDOM, Row, make_plan
from experiments.nocode.pricing import Pricing

QUIET = Console(quiet=True)
SCENARIO = Pricing(tuple(scenario_prices()), None, None, None)
TINY = ("widths=4", "steps=2", "rounds=1", "start=2", "query=2", "patch=8,8")


def case(name, decision="scratch", whole=100.0, added=0.0, erased=0.0, **more):
  """What is told of one exam with two structures, the second without path."""
  told = {
    "id": name,
    "patient": name[0],
    "decision": decision,
    "pace": 1.0,
    "label_dice": [1.0, None],
    "viewed": 10.0,
    "added": added if decision != "scratch" else whole,
    "erased": erased,
    "components": 1.0,
    "slices": 2.0,
    "whole": whole,
    "unit": "mm",
    **more,
  }
  return told | {
    "classes": {
      "missed": [1, 0],
      **{key: [told[key], 0.0] for key in ("added", "erased", "whole")},
    }
  }


def record(row, dice, cases, fit_s=1.0):
  """A row with rounds of such Dice and exams."""
  rounds = [
    {
      "labels": sum(map(len, cases[: number + 1])),
      "dice": [value, None],
      "fit_s": fit_s,
      "draft_s": 0.0 if row.draft == NONE or not number else 0.5,
      "cases": some,
    }
    for number, (value, some) in enumerate(zip(dice, cases, strict=True))
  ]
  return {**row._asdict(), "rounds": rounds}


def grid(seeds=2):
  """Records of no draft and an updated model, at random and chosen."""
  found = {}
  for seed in range(seeds):
    for draft in (NONE, "updated"):
      for selection in (RANDOM, ACTIVE):
        row = Row("d", "tolerant", draft, selection, seed)
        gain = 0.1 if selection == ACTIVE else 0.0
        found[row] = record(
          row, [0.4, 0.6 + gain, 0.8 + gain], _three_rounds(draft, seed)
        )
  return found


def _three_rounds(draft, seed):
  """Two exams a round; with a draft a quarter of the contour is added."""
  rounds = []
  for number in range(3):
    names = [f"{letter}{seed}{number}" for letter in "pqr"[number:] + "pq"][:2]
    whole = [100.0 + 10 * number, 120.0 + 10 * seed]
    made = [
      case(name, whole=w)
      if draft == NONE or not number
      else case(name, "edit", w, added=w / 4)
      for name, w in zip(names, whole, strict=True)
    ]
    rounds.append(made)
  return rounds


def ready_of(*class_names):
  """What a desk reads of a data set."""
  dataset = SimpleNamespace(class_names=class_names)
  return SimpleNamespace(problem=SimpleNamespace(dataset=dataset))


ABOUT = {
  "structures": ["organ", "lesion"],
  "pool_cases": [9, 3],
  "pool_voxels": [900, 950],
  "pool": 9,
  "test_labels": [],
}


def write_slices(folder, **more):
  """An .npz of 16 slices of 8 patients with one square each."""
  maps = np.zeros((16, 8, 8), np.uint8)
  for i, label in enumerate(maps):
    label[i % 4 : i % 4 + 4, 2:6] = 1
  noise = np.random.default_rng(0).standard_normal(maps.shape)
  images = (maps + 0.1 * noise).astype(np.float32)
  arrays = {"images": images, "labels": maps, "patient": np.arange(16) // 2}
  np.savez(folder / "s.npz", **arrays | more)
  return folder / "s.npz"


def small_study(folder, data=None, **asked):
  """A grid on those slices, of the smallest net."""
  data = data or write_slices(pathlib.Path(folder))
  sources = study.sources_of([str(data)])
  asked = {"seeds": 1, "drafts": (NONE, "updated")} | asked
  asked.setdefault("selections", (RANDOM,))
  return study.Study(
    pathlib.Path(folder) / "work",
    make_plan(tuple(sources), **asked),
    sources,
    "smoke",
    "entropy",
    None,
    TINY,
  )
