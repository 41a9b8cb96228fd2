"""What the numbers of the study allow one to say, in sentences."""

import numpy as np

from alx import stats
from alx.report import words
from alx.stats import summarize
from experiments.kim import tables
from experiments.kim.tables import ALPHA, Found, Reading


def concluded(found: Found, needed: list[Reading]) -> tuple[str, ...]:
  """Sentences that the intervals and tests carry."""
  if not needed:
    return ("No arm has finished a round: nothing can be said yet.",)
  return (
    _against_random(found),
    _first_and_stable(needed),
    _equivalent(needed),
  )


def _against_random(found):
  """Whose interval over trainings of the difference to random excludes 0."""
  gaps = tables.minus_random(found)
  if not gaps:
    return "Random was not run, so nothing can be said against it."
  if len(found.full) < 2:
    return (
      "One seed: how far arms lie apart at the last round may be how far two "
      "trainings of one arm do, so none is said to be better than random."
    )
  better = [words.plain(gap.arm.name) for gap in gaps if gap.seeds.low > 0]
  worse = [words.plain(gap.arm.name) for gap in gaps if gap.seeds.high < 0]
  parts = []
  if better:
    parts.append(f"above random: {words.listed(better)}")
  if worse:
    parts.append(f"below random: {words.listed(worse)}")
  left = len(gaps) - len(better) - len(worse)
  parts.append(f"not told apart from random: {left} of {len(gaps)} arms")
  seeds = words.counted(len(found.full), "seed")
  return f"At the last round, over {seeds}, {'; '.join(parts)}."


def _first_and_stable(needed):
  """Which arms the two readings tell another story of."""
  differ = [
    f"{words.plain(one.name)} ({_labels(one.mean.first)} first, "
    f"{_labels(one.mean.stable)} stable)"
    for one in needed
    if not np.array_equal(one.mean.first, one.mean.stable, equal_nan=True)
  ]
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
    needed, key=lambda one: np.nan_to_num(one.mean.stable, nan=np.inf)
  )
  texts = [f"{words.plain(o.name)} {_labels(o.mean.stable)}" for o in order]
  return f"Labels from which on a model stays equivalent: {', '.join(texts)}."


def _labels(count):
  return f"{count:g}" if np.isfinite(count) else "never"


def cannot(found: Found, needed: list[Reading]) -> tuple[str, ...]:
  """What the same numbers do not carry."""
  whole = summarize(tables.full_over_seeds(found))
  num_tests = sum(len(arm.labels) for arm in found.arms)
  lines = [
    f"{words.counted(len(found.full), 'seed')}: the spread between trainings "
    "is known no better than that; the paper has one.",
    f"{num_tests} tests at level {ALPHA}, not corrected for their number.",
  ]
  if whole.sd > 0:
    bound = 2 * stats.self_equivalence_bound(whole, ALPHA)
    lines.append(
      f"Equivalent means: worse by less than {words.number(bound)} Dice. That "
      "is what the self-calibrated bounds allow, not what a reader would."
    )
  lines += _scattered(needed)
  if any(arm.name == "bootstrapping" for arm in found.arms):
    lines.append(
      "The Dice of bootstrapping is that of the mean of its members; part of "
      "what it gains is that of an ensemble, whatever it asks for."
    )
  lines.append(
    "The longer a training set, the more steps its epochs have: more labels "
    "also buy more training, for all arms alike."
  )
  return tuple(lines)


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
