"""What the numbers of the study allow one to say, in sentences."""

import numpy as np

from alx.report import words
from experiments.kim import tables
from experiments.kim.found import Found, full_over_seeds, shared_seeds
from experiments.kim.needed import Reading, labels_text
from experiments.kim.tables import ALPHA

_ENSEMBLE = (
  "The Dice of bootstrapping is that of the mean of its members; part of what "
  "it gains is that of an ensemble, whatever it asks for."
)
_MORE_STEPS = (
  "The longer a training set, the more steps its epochs have: more labels also "
  "buy more training, for all arms alike."
)


def concluded(found: Found, needed: list[Reading]) -> tuple[str, ...]:
  """Sentences that the intervals and tests carry."""
  if not needed:
    return ("No arm can be held against all labels yet: nothing can be said.",)
  return (
    _against_random(found),
    _first_and_stable(needed),
    _equivalent(needed),
  )


def _against_random(found):
  """Whose trainings differ from those of random, by Holm's p-value."""
  gaps = tables.minus_random(found)
  if not gaps:
    return "Random was not run, so nothing can be said against it."
  if all(gap.seeds.count < 2 for gap in gaps):
    return (
      "One seed: how far arms lie apart at the last round may be how far two "
      "trainings of one arm do, so none is said to be better than random."
    )
  apart = [gap for gap in gaps if gap.p < ALPHA]
  better = [words.plain(g.arm.name) for g in apart if g.seeds.mean > 0]
  worse = [words.plain(g.arm.name) for g in apart if g.seeds.mean < 0]
  parts = []
  if better:
    parts.append(f"above random: {words.listed(better)}")
  if worse:
    parts.append(f"below random: {words.listed(worse)}")
  left = len(gaps) - len(better) - len(worse)
  parts.append(f"not told apart from random: {left} of {len(gaps)} arms")
  seeds = _range([int(gap.seeds.count) for gap in gaps])
  return f"At the last round, over {seeds}, {'; '.join(parts)}."


def _range(counts):
  """'3 seeds', or '2 to 3 seeds' where arms differ."""
  low, high = min(counts), max(counts)
  text = words.counted(high, "seed")
  return text if low == high else f"{low} to {text}"


def _first_and_stable(needed):
  """Which arms the two readings tell another story of."""
  differ = [
    f"{words.plain(one.name)} ({labels_text(one.over_seeds.first)} first, "
    f"{labels_text(one.over_seeds.stable)} stable)"
    for one in needed
    if not np.array_equal(
      one.over_seeds.first, one.over_seeds.stable, equal_nan=True
    )
  ]
  if np.isnan([one.over_seeds.first for one in needed]).all():
    return "No arm came to a round that is equivalent to all labels."
  if not differ:
    return (
      "The first round that is equivalent to all labels is also the one from "
      "which on all are, for every arm."
    )
  return (
    "The first round that is equivalent to all labels and the one from which "
    f"on all are differ for {words.listed(differ)}: the first says little "
    "there."
  )


def _equivalent(needed):
  """Labels of the stable reading, the fewest first."""
  order = sorted(
    needed, key=lambda one: np.nan_to_num(one.over_seeds.stable, nan=np.inf)
  )
  texts = [
    f"{words.plain(o.name)} {labels_text(o.over_seeds.stable)}" for o in order
  ]
  return f"Labels from which on a model stays equivalent: {', '.join(texts)}."


def cannot(found: Found, needed: list[Reading]) -> tuple[str, ...]:
  """What the same numbers do not carry."""
  num_tests = sum(
    len(arm.labels) for arm in found.arms if shared_seeds(found, arm)
  )
  lines = [
    *_few_seeds(needed),
    f"{num_tests} tests at level {ALPHA}, not corrected for their number.",
    *_repeated(found),
    *_wide(found),
    *_scattered(needed),
  ]
  if any(arm.name == "bootstrapping" for arm in found.arms):
    lines.append(_ENSEMBLE)
  return (*lines, _MORE_STEPS)


def _repeated(found):
  """Whether volumes are of the same patients."""
  patients, volumes = len(set(found.groups)), len(found.groups)
  if patients == volumes:
    return []
  return [
    f"{volumes} volumes are of {words.counted(patients, 'patient')}: the tests "
    "of equivalence take volumes for independent, and are too sure."
  ]


def _few_seeds(needed):
  """How many trainings of each arm there are."""
  if not needed:
    return []
  seeds = _range([len(one.seeds) for one in needed])
  each = ""
  if len({len(one.seeds) for one in needed}) > 1:
    names = [f"{words.plain(one.name)} {len(one.seeds)}" for one in needed]
    each = f" ({', '.join(names)})"
  return [
    f"{seeds}{each}: the spread between trainings is known no better than "
    "that; the paper has one."
  ]


def _wide(found):
  bound = tables.bound_of(full_over_seeds(found, tuple(found.full)))
  if np.isnan(bound):
    return []
  return [
    f"Equivalent means: apart by less than {words.number(bound)} Dice. That "
    "is what the self-calibrated bounds allow, not what a reader would."
  ]


def _scattered(needed):
  """Where the seeds of an arm do not agree on labels needed."""
  apart = [
    words.plain(one.name)
    for one in needed
    if len(np.unique(one.by_seed.stable[np.isfinite(one.by_seed.stable)]))
    + np.isnan(one.by_seed.stable).any()
    > 1
  ]
  if not apart:
    return []
  return [
    f"Seeds do not agree on the stable number of labels of "
    f"{words.listed(apart)}; a ranking of the arms by it is not supported."
  ]
