"""How many labels of each class, or group, every method asked for."""

import math
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from alx import metrics
from alx.report import words
from alx.report.arms import Arm
from alx.report.comparisons import ALPHA
from alx.report.tables import Table

_MOST = 12  # columns of a table
_RARE = 0.5  # of an even share


class Asked(NamedTuple):
  """Labels of each value of a column of picks.csv."""

  names: tuple[str, ...]  # V
  arms: tuple[Arm, ...]  # A
  counts: tuple[np.ndarray, ...]  # A x [seeds, V]


def asked(
  arms: Sequence[Arm], column: str, names: Sequence[str], several: bool = False
) -> Asked:
  """Counts in all rounds; the names first, then others that are found.

  Args:
    arms: with their picks.
    column: of picks.csv.
    names: that are wanted, in order.
    several: an item may show some of them, ", " between, and counts for each.
  """
  kept = [arm for arm in arms if all(run.picks for run in arm.runs)]
  kept = [a for a in kept if any(column in p for r in a.runs for p in r.picks)]
  found = {
    arm.name: [_counter(run, column, names, several) for run in arm.runs]
    for arm in kept
  }
  there = {v for counters in found.values() for c in counters for v in c}
  order = [*names, *sorted(there - set(names))]
  counts = [
    np.array([[c[name] for name in order] for c in found[arm.name]])
    for arm in kept
  ]
  return Asked(tuple(order), tuple(kept), tuple(counts))


def _counter(run, column, names, several):
  values = [row.get(column) or "" for row in run.picks]
  known = sorted(names, key=len, reverse=True)
  parts = [_parts(v, known) if several else [v] for v in values]
  return Counter(v for some in parts for v in some if v)


def _parts(text, known):
  """The names in a list of them; a name may have a comma itself."""
  parts, rest = [], f"{text}, "
  while rest:
    starts = (name for name in known if rest.startswith(f"{name}, "))
    part = next(starts, rest.partition(", ")[0])
    parts.append(part)
    rest = rest[len(part) + 2 :]
  return parts


def missing_at_first(arms: Sequence[Arm], names: Sequence[str]) -> list[str]:
  """A line for each seed whose starting set lacks a class.

  All methods of a seed begin with the same labels.
  """
  told = {}
  for run in (run for arm in arms for run in arm.runs):
    first = [row for row in run.picks if row.get("round") == "0"]
    there = {row.get("class") for row in first}
    missing = [str(name) for name in names if name not in there]
    if missing and there - {None, ""}:
      told[run.seed] = (
        f"Seed {run.seed}: no {words.listed(missing)} among the first "
        f"{words.counted(len(first), 'label')}."
      )
  return [told[seed] for seed in sorted(told)]


def table(found: Asked, shares: dict[str, float] | None = None) -> Table | None:
  """Mean and range over seeds; None without a count or with too many."""
  if not found.arms or not 0 < len(found.names) <= _MOST:
    return None
  rows = [
    [name, *(_cell(column) for column in counts.T)]
    for name, counts in zip(_names(found.arms), found.counts, strict=True)
  ]
  if shares:
    known = [shares.get(name, np.nan) for name in found.names]
    pool = [words.NOTHING if np.isnan(x) else f"{x:.1%}" for x in known]
    rows.append(["share of the pool", *pool])
  return Table(["labels of", *found.names], rows)


def _names(arms):
  """With their labels, where those are not as many of each."""
  names, ends = [words.plain(arm.name) for arm in arms], _ends(arms)
  if len(set(ends)) < 2:
    return names
  pairs = zip(names, ends, strict=True)
  return [f"{name}, {end} labels" for name, end in pairs]


def _ends(arms):
  return [words.labels(arm.labels[-1]) for arm in arms]


def _cell(counts):
  low, high = int(counts.min()), int(counts.max())
  mean = words.number(float(counts.mean()), 1).removesuffix(".0")
  return mean if low == high else f"{mean}\n{low} to {high}"


def groups_table(found: Asked, group: str) -> Table | None:
  """How many groups, and the most of one, where they are too many to list."""
  if not found.arms or not found.names:
    return None
  head = ["", f"{group}s asked", f"most of one {group}"]
  rows = [
    [name, _cell((counts > 0).sum(1)), _cell(counts.max(1))]
    for name, counts in zip(_names(found.arms), found.counts, strict=True)
  ]
  return Table(head, rows)


def overlaps(arms: Sequence[Arm]) -> Table | None:
  """Jaccard of what every two asked for after the start, mean over seeds."""
  kept = [arm for arm in arms if all(run.picks for run in arm.runs)]
  if not 2 <= len(kept) <= _MOST:
    return None
  chosen = [{run.seed: _later(run) for run in arm.runs} for arm in kept]
  rows = []
  for arm, mine in zip(kept, chosen, strict=True):
    cells = [_overlap(mine, other) for other in chosen]
    rows.append([words.plain(arm.name), *cells])
  return Table(["", *(words.plain(arm.name) for arm in kept)], rows)


def _later(run):
  return [row.get("id") for row in run.picks if row.get("round") != "0"]


def _overlap(mine, other):
  if mine is other:
    return words.NOTHING
  shared = [
    metrics.pick_overlap(mine[seed], other[seed])
    for seed in mine
    if seed in other
  ]
  known = [value for value in shared if np.isfinite(value)]
  return words.number(float(np.mean(known)), 2) if known else words.NOTHING


def bars(found: Asked) -> str:
  """A small stacked bar for each method, as SVG; "" without a count."""
  if not found.arms or not 0 < len(found.names) <= _MOST:
    return ""
  means = [counts.mean(0) for counts in found.counts]
  most = max(mean.sum() for mean in means) or 1
  parts, step = [], 20
  colours = _greys(len(found.names))
  for place, (arm, mean) in enumerate(zip(found.arms, means, strict=True)):
    y, x = place * step, 130.0
    name = words.shorten(words.plain(arm.name), 22)
    parts.append(f'<text x="0" y="{y + 12}">{escape(name)}</text>')
    for value, colour in zip(mean, colours, strict=True):
      width = 340 * value / most
      parts.append(
        f'<rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="13" '
        f'fill="{colour}" stroke="#fff" stroke-width=".6"/>'
      )
      x += width
  height = step * len(found.arms)
  return (
    f'<svg class="plot" viewBox="0 0 480 {height}" role="img" aria-label="'
    f'labels of each class">{"".join(parts)}</svg>'
  )


def bar_legend(found: Asked) -> list[tuple[str, str]]:
  """(SVG of the colour, name)."""
  box = '<svg width="14" height="12"><rect {}/></svg>'
  box = box.format('width="14" height="12" fill="{}"')
  colours = _greys(len(found.names))
  return [(box.format(c), n) for c, n in zip(colours, found.names, strict=True)]


def _greys(count):
  """Colours that differ in grey print: the first class light."""
  known = ("#c9d6e2", "#c8620f", "#0b3c6f", "#35a373", "#a3195b", "#86b6e8")
  if count <= len(known):
    return known[:count]
  levels = np.linspace(220, 30, count).astype(int)
  return [f"#{v:02x}{v:02x}{v:02x}" for v in levels]


def stood_out(found: Asked) -> list[str]:
  """'BADGE asked for platelet 14 to 19 times among 48 labels, random 3 to 6.'

  Of each method the class of which it has the most times as many as random,
  if no seed of the one is in the range of the other, and chance would give that
  to any class of any method in less than one of 20 such studies: all orders of
  the seeds of both are as likely then. A method that ends with other labels
  than random is passed over.
  """
  places = {arm.name: place for place, arm in enumerate(found.arms)}
  if "random" not in places:
    return []
  ends, place = _ends(found.arms), places["random"]
  base, last, told = found.counts[place], ends[place], []
  tests = len(found.names) * sum(not arm.is_baseline for arm in found.arms)
  for arm, counts, end in zip(found.arms, found.counts, ends, strict=True):
    if arm.is_baseline or end != last:
      continue
    ahead = counts.min(0) > base.max(0)
    orders = math.comb(len(counts) + len(base), len(base))
    if not ahead.any() or not tests / orders < ALPHA:
      continue
    ratio = np.where(ahead, counts.mean(0) / np.maximum(base.mean(0), 0.5), 0)
    at = int(ratio.argmax())
    name = words.plain(arm.name)
    told.append(
      f"{name} asked for {found.names[at]} {_times(counts[:, at])} among "
      f"{last} labels, random {_times(base[:, at])}."
    )
  return told


def _times(counts):
  low, high = int(counts.min()), int(counts.max())
  if low == high:
    return "once" if low == 1 else f"{low} times"
  return f"{low} to {high} times"
