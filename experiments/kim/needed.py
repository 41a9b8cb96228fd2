"""Labels until a model is equivalent to all labels, in every reading."""

from typing import NamedTuple

import numpy as np

from alx.stats import Censored, LabelsNeeded, first_passing_interval
from experiments.kim.found import Found, find_arm, shared_seeds
from experiments.kim.tables import ALPHA, arm_against_full


class Reading(NamedTuple):
  """Labels until equivalence of one arm; NaN: not reached."""

  name: str
  most: float  # labels of the last round
  seeds: tuple[int, ...]  # S, those with a model with all labels
  over_seeds: LabelsNeeded  # of the patients' means over seeds
  intervals: tuple[Censored, ...]  # over seeds: first, stable; () below 3
  by_seed: LabelsNeeded  # each [S]
  passes: float  # share of rounds and seeds that pass, in [0, 1]
  to_random: LabelsNeeded  # over_seeds / random's, over the seeds both have
  to_random_by_seed: LabelsNeeded  # each [S]


def readings(found: Found) -> list[Reading]:
  """First, stable and seed by seed, of every arm with a seed to hold."""
  arms = [(arm, shared_seeds(found, arm)) for arm in found.arms]
  return [_reading(found, arm, seeds) for arm, seeds in arms if seeds]


def _reading(found, arm, seeds):
  each = [arm_against_full(found, arm, (seed,)) for seed in seeds]
  passed = np.nan_to_num(np.stack([t.p for t in each]), nan=1.0) < ALPHA
  return Reading(
    arm.name,
    float(arm.labels[-1]),
    seeds,
    arm_against_full(found, arm, seeds).needed,
    _intervals(found, arm, seeds) if len(seeds) > 2 else (),
    _stack(tested.needed for tested in each),
    float(passed.mean()),
    _to_random(found, arm, seeds),
    _stack(_to_random(found, arm, (seed,)) for seed in seeds),
  )


def _intervals(found, arm, seeds):
  """Of both rules, the tests done anew on every resampled set of seeds."""

  def passed(drawn):
    p = arm_against_full(found, arm, np.repeat(seeds, drawn)).p
    return np.nan_to_num(p, nan=1.0) < ALPHA

  return first_passing_interval(arm.labels, passed, len(seeds))


def _stack(needs):
  return LabelsNeeded(*map(np.array, zip(*needs, strict=True)))


def _to_random(found, arm, seeds):
  """Needed labels over those of random, both over the seeds both have."""
  random = find_arm(found, "random")
  both = [s for s in seeds if random is not None and s in random.seeds]
  if not both:
    return LabelsNeeded(np.nan, np.nan)
  own, against = (
    arm_against_full(found, one, both).needed for one in (arm, random)
  )
  return relative(own, against)


def relative(own: LabelsNeeded, against: LabelsNeeded) -> LabelsNeeded:
  """How many of the other's labels are needed; NaN where one never gets there.

  1 minus it is what is saved.
  """
  return LabelsNeeded(own.first / against.first, own.stable / against.stable)


def rows(needed: list[Reading]) -> list[dict]:
  """Of labels_needed.csv: the mean over seeds of every arm, then each seed."""
  out = []
  for one in needed:
    row = _row(one.name, "mean", one.over_seeds, one.to_random)
    out.append(row | _ends(one.intervals))
    each = zip(
      one.seeds,
      zip(*one.by_seed, strict=True),
      zip(*one.to_random_by_seed, strict=True),
      strict=True,
    )
    out += [_row(one.name, *row) | _ends(()) for row in each]
  return out


def _row(name, seed, labels, shares):
  fields = LabelsNeeded._fields
  texts = dict(zip(fields, map(labels_text, labels), strict=True))
  ratios = {
    f"{field}_to_random": f"{share:.3f}" if np.isfinite(share) else ""
    for field, share in zip(fields, shares, strict=True)
  }
  return {"arm": name, "seed": seed} | texts | ratios


def _ends(intervals):
  """Interval and share of draws without an end, of both rules."""
  out = {}
  for rule, found in zip(
    LabelsNeeded._fields, intervals or (None, None), strict=True
  ):
    low, high = found[1:3] if found else (np.nan, np.nan)
    out[f"{rule}_low"] = labels_text(low) if found else ""
    out[f"{rule}_high"] = labels_text(high) if found else ""
    out[f"{rule}_never"] = f"{found.censored:.3f}" if found else ""
  return out


def labels_text(count: float) -> str:
  """A number of labels, or "never"."""
  return f"{count:g}" if np.isfinite(count) else "never"
