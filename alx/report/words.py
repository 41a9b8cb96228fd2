"""Numbers and names as they stand in the report."""

import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from alx.acquisition.grammar import names_in
from alx.metrics.summaries import measures
from alx.report.measures.names import (
  DISTANCES,
  LABELS,
  OF_CLASSES,
)

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"

_NAMES = {
  "badge": "BADGE",
  "bald": "BALD",
  "dbal": "DBAL",
  "k_center": "k-center",
  "k_center_cosine": "k-center, cosine",
}

_SEGMENTED = (
  *("structure_dice", "dice", "jaccard", "nsd_1_voxel", *DISTANCES),
  *("volume_error", "volume_error_ml", "missed", "invented", "invented_share"),
)

TURNS = "A*2 + B*3"
ACQUISITIONS = {
  "random": "chosen by chance",
  "foreground_random": "chosen by chance among items that show foreground",
  "confidence": "least probability of the likeliest class",
  "margin": "least lead of the likeliest class over the next",
  "entropy": "largest entropy of the predicted probabilities",
  "variance": "largest variance over passes with dropout",
  "bald": "largest mutual information of label and weights, with dropout",
  "dbal": "largest entropy of the mean over passes with dropout",
  "badge": "spread out and uncertain: k-means++ on gradients of the last layer",
  "k_center": "covers the pool: farthest from what is labelled",
  "k_center_cosine": "the same with the angle between features as distance",
  "two_stage": "the second method among so many best of the first",
  "dynamic_budget": "a share of the batch by the first method, the rest by the "
  "second",
  "fuse": "several scores, put on one scale and joined",
  "per_cluster": "the best by a score in each cluster, class or patient",
  "balanced": "the best by a score, as many of each predicted class",
  "capped_per_group": "at most so many of a patient in a round",
  "without_neighbours": "the best by a score that are not like one another",
  "information_density": "a score times the likeness to the pool",
  "rarity_weighted": "a score times the rarity of the predicted class",
  "on_edges": "a score of the voxels on the edges of superpixels alone",
  "edge_divergence": "superpixels least like those beside them: KL divergence "
  "of their mean predictions",
  "knapsack": "the most of a score that the budget of a round pays for",
  "per_cost": "the most of a score for what the label costs",
  "per_distance": "the most of a score for the mm to a labelled slice",
  TURNS: "so many rounds by the one, so many by the other, and again; one "
  "without a number has all rounds that follow",
}


def scored(about: Mapping, metric: str) -> str:
  """'Dice per volume: 150 slices of 20 patients, 40 volumes'.

  Args:
    about: what dataset.json has under `scored`.
    metric: a column of curve.csv.
  """
  of = ""
  if about["patients"]:
    of = f" of {counted(about['patients'], 'patient')}"
  items = f"{counted(about['items'], about['kind'])}{of}"
  name = column(metric, None)
  if not _of_segments(metric):
    return f"{name} over {items}"  # of all items together
  text = f"{name} per {about['per']}: {items}"
  if about["per"] != about["kind"]:
    text += f", {counted(about['cases'], about['per'])}"
  return text + _which(about) + _partly(about)


def _partly(about):
  """How many maps are partly labelled, and what that means for scores."""
  count = about.get("partly", 0)
  if not count:
    return ""
  return (
    f"; {count} of {counted(about['items'], about['kind'])} partly labelled: "
    "scored where labelled, without surface distances"
  )


def _which(about):
  """What the ids of images leave open."""
  if about["per"] == "case":
    return "; an id that ends in _slice and a number is of a slice of a volume"
  several = about["patients"] and about["patients"] < about["items"]
  if about["per"] != "image" or not several:
    return ""
  return (
    "; ids do not say which images are of one volume (by _slice and a number "
    "behind a name that one patient has)"
  )


def plain(name: str) -> str:
  """An acquisition's name as it is printed."""
  if not is_name(name):
    return name  # as it was written, to be written again
  return _NAMES.get(name, name.replace("_", " "))


def is_name(name: str) -> bool:
  """Whether an acquisition is a name, not a text with options or parts."""
  return re.fullmatch(r"\w+", name) is not None


def span(values: Sequence[float]) -> str:
  """'3 to 5', from the least to the most; '5' where all are alike."""
  low, high = min(values), max(values)
  return labels(low) if low == high else f"{labels(low)} to {labels(high)}"


def capital(name: str) -> str:
  """A name at the beginning of a sentence; a text stays as it is."""
  text = plain(name)
  return text[:1].upper() + text[1:] if is_name(name) else name


def explained(names: Sequence[str]) -> list[tuple[str, str]]:
  """(name as printed, what it means) of all that acquisitions name."""
  found = []
  for name in names:
    found += [name] if is_name(name) else names_in(name)
    found += [TURNS] if " + " in name else []
  return [
    (plain(n), ACQUISITIONS[n])
    for n in dict.fromkeys(found)
    if n in ACQUISITIONS
  ]


def number(value: float, digits: int = 3) -> str:
  """Fixed digits; an en dash if there is no value."""
  if value is None or not math.isfinite(value):
    return NOTHING
  return f"{value:.{digits}f}".replace("-", MINUS)


def how_fitted(rows: Sequence[Mapping]) -> str:
  """'converged after 640 to 720 steps'; "" if fits do not end by themselves.

  Args:
    rows: of times.csv, a fit each.
  """
  told = [
    row
    for row in rows
    if row.get("converged") in ("0", "1") and (row.get("steps") or "").isdigit()
  ]
  if not told:
    return ""
  steps = sorted(int(row["steps"]) for row in told)
  ended = sum(row["converged"] == "1" for row in told)
  if ended == len(told):
    low, high = steps[0], steps[-1]
    span = f"{low} to {high}" if low < high else f"{low}"
    return f"converged after {span} steps"
  within = f"converged within {steps[-1]} steps"
  return f"{ended} of {len(told)} {within}" if ended else f"not {within}"


_MIRRORED = {
  True: "Images were mirrored along every axis, whatever they show.",
  False: "No image was mirrored.",
}
_BY_MEMBER = "Images were mirrored where the labels of each member allowed it."


def how_mirrored(
  rows: Sequence[Mapping],
  flips: bool | None = None,
  axes: Sequence[int] = (),
  by_labels: bool = False,
) -> str:
  """How often the labels allowed what axis, or what was set beforehand.

  Args:
    rows: of times.csv, a fit each.
    flips: of the config; None: not known, or there is nothing to mirror.
    axes: that somebody has named; (): all.
    by_labels: which axes the labels of a fit say, or of each of its members.
  """
  told = [row["mirrored"].split() for row in rows if row.get("mirrored")]
  if not told and flips and axes:
    named = "axis" if len(axes) == 1 else "axes"
    numbers = " and ".join(map(str, axes))
    return f"Images were mirrored along {named} {numbers}, as it was set."
  if not told and flips and by_labels:
    return _BY_MEMBER
  if not told:
    return _MIRRORED.get(flips, "")
  counts = Counter(axis for axes in told for axis in axes if axis != "none")
  along = [
    f"axis {axis} in {'all' if n == len(told) else n}"
    for axis, n in sorted(counts.items())
  ]
  begin = f"Of {counted(len(told), 'round')}, images and labels were mirrored"
  if not along:
    return f"{begin} along no axis: the labels allowed none."
  axes = ", ".join(along)
  return f"{begin} along {axes}, where the labels allowed it (axes from 0)."


def p_value(p: float) -> str:
  """Three digits, or '<0.001'."""
  return "<0.001" if p < 0.001 else number(p)


def signed(value: float, digits: int = 3) -> str:
  """The same with its sign; 0 after rounding has none."""
  text = number(value, digits)
  if text == NOTHING or not float(text.replace(MINUS, "-")):
    return text.replace(MINUS, "")
  return text if text.startswith(MINUS) else f"+{text}"


def labels_range(low: float, high: float, most: float) -> str:
  """'20 to 40'; what lies beyond the labels of a run is '>40'."""
  low, high = (
    labels(x) if math.isfinite(x) else f">{labels(most)}" for x in (low, high)
  )
  return f"{low} to {high}"


def bounds(found, digits: int = 3, sign: bool = False) -> str:
  """'0.812 to 0.840'; an en dash if there is no interval."""
  if found is None or not math.isfinite(found.low):
    return NOTHING
  write = signed if sign else number
  return f"{write(found.low, digits)} to {write(found.high, digits)}"


def with_interval(found, write: Callable[[float], str] = number) -> str:
  """A mean and, on a line below, its interval if there is one."""
  if not math.isfinite(found.low):
    return write(found.mean)
  return f"{write(found.mean)}\n{write(found.low)} to {write(found.high)}"


def with_sd(values: Sequence[float], digits: int = 3) -> str:
  """'0.812 ± 0.010', or the mean alone; says how many values are defined."""
  known = [value for value in values if math.isfinite(value)]
  if not known:
    return NOTHING
  text = number(statistics.fmean(known), digits)
  if len(known) > 1:
    text += f" ± {number(statistics.stdev(known), digits)}"
  if len(known) < len(values):
    text += f" ({len(known)} of {len(values)} seeds)"
  return text


def percent(value: float | None) -> str:
  """'25%' less; a negative saving is a cost and keeps its sign."""
  if value is None:
    return NOTHING
  return f"{round(value)}".replace("-", MINUS) + "%"


def unit_told(config: Mapping) -> str:
  """Sentences about what one label was and what it cost; "" of whole items."""
  unit, budget = config.get("unit") or "whole", config.get("budget")
  told = []
  if unit != "whole":
    told.append(f"One label is not a whole item but one of its {_parts(unit)}.")
    cap = config.get("max_per_item")
    if cap:
      told.append(
        f"A round asks for no more than {cap} of one item, whatever the method;"
        " for more only where there are too few items."
      )
    if config.get("answer") == "dominant":
      told.append("The answer is one class, that of most of its voxels.")
  if budget:
    kind, _, amount = budget.partition(":")
    told.append(
      f"Labels are counted in {kind.replace('_mm', ', mm')}: each round, the "
      f"first one too, is given {amount}; spent.csv of a run says what was "
      "used."
    )
  return " ".join(told)


def _parts(unit):
  kind, _, rest = unit.partition(":")
  if kind == "slices" and rest == "all":
    return "slices, across every axis"
  if kind == "slices" and rest.isalpha():
    return f"{rest} slices"
  if kind == "slices":
    return f"slices across axis {rest}" if rest else "slices"
  return f"{kind} ({rest})"


def amount(value: float) -> str:
  """'4,200', '35.5', '0.25': how much of something there is."""
  if value is None or not math.isfinite(value):
    return NOTHING
  if abs(value) >= 100 or float(value).is_integer():
    return f"{value:,.0f}"
  return f"{value:.3g}"


def labels(value: float) -> str:
  """'60', '12.5', '1,052,960': labels, or what they cost."""
  return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:g}"


def counted(count: int, noun: str) -> str:
  """'1 seed', '3 seeds'."""
  return f"{count} {noun}" if count == 1 else f"{labels(count)} {noun}s"


def listed(names: Sequence[str]) -> str:
  """'a, b and c'."""
  if len(names) < 2:
    return "".join(names)
  return ", ".join(names[:-1]) + f" and {names[-1]}"


def letter(i: int) -> str:
  """a, b, ... z, aa, ab, ..."""
  return (letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)


def shorten(text: str, length: int) -> str:
  """At most `length` characters."""
  return text if len(text) <= length else text[: length - 1] + "…"


def class_name(names: Sequence[str], i: int) -> str:
  """The name of class i."""
  return str(names[i]) if 0 <= i < len(names) else f"class {i}"


def column(name: str, unit: str | None = None) -> str:
  """The heading of a column of curve.csv."""
  text = LABELS.get(name) or name
  of = measures.class_of(name)
  if of:
    kind = measures.measure_of(name).kind
    text = f"{OF_CLASSES.get(kind, kind)} {of}"
  return f"{text}, {unit}" if unit and name in DISTANCES else text


def _of_segments(metric):
  """Whether it is a mean over cases."""
  kind = getattr(measures.measure_of(metric), "kind", metric)
  return kind in _SEGMENTED
