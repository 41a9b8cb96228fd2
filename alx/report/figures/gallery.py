"""The pictures of a run, round by round, with their captions."""

import re
from typing import NamedTuple

import numpy as np

from alx.report import words
from alx.report.arms import Arm
from alx.report.figures import pictures, views
from alx.report.read import Run, Study

_FILE = re.compile(r"round_(\d+)\.npz")
_MOST_ROUNDS = 60  # in one page
_MOST_BYTES = 3_900_000  # of all PNGs; base64 adds a third
_PNG_BYTES = 150_000


class Round(NamedTuple):
  """One figure."""

  title: str
  png: bytes
  width: int  # CSS pixels
  captions: list[tuple[str, str, list[str]]]  # letter, id, facts


class Gallery(NamedTuple):
  """The figures of one run."""

  name: str
  seed: int
  rounds: list[Round]
  skipped: int  # rounds left out to keep the page small
  open: bool


def make_galleries(
  study: Study, arms: list[Arm]
) -> tuple[list[Gallery], list[str]]:
  """A gallery for the first seed of each acquisition; what is missing."""
  if study.config.get("pictures") == 0:  # nobody asked for any
    return [], []
  runs = [_first_run(study, arm) for arm in arms]
  others = [i for i, arm in enumerate(arms) if not arm.is_baseline]
  shown = others[0] if others else 0
  most = max(2, _MOST_ROUNDS // max(1, len(runs)))
  chosen = [_choose(run, most) for run in runs]
  count = sum(len(files) for files, _ in chosen)
  limit = min(_PNG_BYTES, _MOST_BYTES // max(1, count))
  galleries, missing = [], []
  for i, (run, (files, skipped)) in enumerate(zip(runs, chosen, strict=True)):
    rounds = _make_rounds(study, run, files, limit, missing)
    if not rounds:
      missing.append(f"{run.folder.name}: no pictures.")
    galleries.append(
      Gallery(
        words.plain(run.acquisition), run.seed, rounds, skipped, i == shown
      )
    )
  return [g for g in galleries if g.rounds], missing


def _first_run(study, arm):
  runs = [run for run in study.runs if run.acquisition == arm.name]
  return min(runs, key=_seed)


def _seed(run):
  return run.seed


def _choose(run, most):
  """Files by round, first and last kept; how many were passed over."""
  found = [(_FILE.fullmatch(p.name), p) for p in run.folder.glob("pictures/*")]
  files = sorted((int(match[1]), path) for match, path in found if match)
  if len(files) <= most:
    return files, 0
  at = np.linspace(0, len(files) - 1, most).round().astype(int)
  return [files[i] for i in at], len(files) - most


def _make_rounds(study, run, files, limit, missing):
  read = []
  for number, path in files:
    try:
      items = views.read_views(path)
    except ValueError as error:
      missing.append(f"{run.folder.name}/pictures/{path.name}: {error}")
      continue
    if items:
      read.append((number, items))
  top = views.top_uncertainty([v for _, items in read for v in items])
  names = [str(name) for name in study.dataset.get("class_names") or []]
  return [_make_round(run, n, items, names, top, limit) for n, items in read]


def _make_round(run, number, items, names, top, limit):
  png, inches = pictures.round_png(items, names, top, limit)
  captions = [_caption(i, view, names) for i, view in enumerate(items)]
  return Round(_title(run, number, items), png, round(96 * inches), captions)


def _title(run: Run, number: int, items: list[views.View]) -> str:
  """The round, and with how many labels the model asked."""
  rounds = {row.get("id"): row.get("round") for row in run.picks}
  asked = rounds.get(items[0].id)
  text = f"Round {number}"
  if asked is None or not asked.isdigit() or asked == "0":
    return text
  before = sum(int(at) < int(asked) for at in rounds.values() if at.isdigit())
  return f"{text}, asked for with {words.counted(before, 'label')}"


def _caption(i, view, names):
  facts = [view.where] if view.where else []
  if np.isfinite(view.score):
    facts.append(f"score {_significant(view.score)}")
  if view.predicted is None:
    dice = words.number(view.dice)
    facts.append(
      f"Dice of the draft {dice if dice != words.NOTHING else 'undefined'}"
    )
  elif view.truth_class is not None:
    facts.append(f"true class {words.class_name(names, view.truth_class)}")
  return words.letter(i), view.id, facts


def _significant(value):
  return f"{value:.3g}".replace("-", words.MINUS)
