"""Whether a new model may serve in the place of the old one.

Non-inferiority on the same frozen validation cases: the lower end of the
paired bootstrap interval by patient lies above the margin (Efron and
Tibshirani 1993, section 13.3); and nothing that a mean would hide.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx.projects.models.scores import Scores, case_means, refuse_unlike
from alx.projects.models.versions import Version, not_recorded
from alx.stats import checks
from alx.stats.resampling import estimate, mean_of, percentile, resample

APPROVALS = ("none", "human")
ROLES = ("reviewer", "admin")


class Floor(NamedTuple):
  """The least mean score of a class, in a stratum; None: of all."""

  least: float
  class_name: str | None = None
  stratum: str | None = None


@dataclasses.dataclass(frozen=True)
class Rules:
  """What a candidate has to show.

  Attributes:
    margin: how much lower its mean score may be, in [0, 1].
    level: of the interval, in (0, 1); its lower end is looked at.
    draws: resampled sets of patients.
    seed: of the draws.
    patients: the least number of them; fewer say too little to compare.
    floors: least means of classes and strata.
    failures: how many scores of 0 there may be where the old model had more;
      None: any number, as for single answers that are right or wrong.
    calibration: how much larger the calibration error may be; None: any.
    recorded: hashes of data, label map, weights, frozen cases, and the code,
      have to be there.
    approval: "none", or "human": a reviewer or an admin says yes by name.
  """

  margin: float = 0.02
  level: float = 0.95
  draws: int = 10_000
  seed: int = 0
  patients: int = 5
  floors: tuple[Floor, ...] = ()
  failures: int | None = 0
  calibration: float | None = 0.05
  recorded: bool = True
  approval: str = "none"

  def __post_init__(self):
    """Raises ValueError for numbers out of range."""
    _within("margin", self.margin)
    checks.share(self.level, "level")
    checks.whole(self.draws, "draws")
    checks.generator(self.seed)
    checks.whole(self.patients, "patients", 2)
    for floor in self.floors:
      _within("floor", floor.least)
    if self.failures is not None:
      checks.whole(self.failures, "failures", 0)
    if self.calibration is not None:
      _within("calibration", self.calibration)
    if self.approval not in APPROVALS:
      wanted = " or ".join(APPROVALS)
      raise ValueError(f"approval: wanted {wanted}, found {self.approval!r}")


class Approver(NamedTuple):
  """Who says yes."""

  name: str
  role: str = "reviewer"


class Check(NamedTuple):
  """One thing that was looked at."""

  name: str
  passed: bool
  line: str  # what was found, with the numbers


class Decision(NamedTuple):
  """What becomes of a candidate, and all that was looked at."""

  promote: bool
  checks: tuple[Check, ...]

  @property
  def word(self) -> str:
    """What becomes of it, promote or hold."""
    return "promote" if self.promote else "hold"

  @property
  def reasons(self) -> tuple[str, ...]:
    """A line each: what holds it, or all that it passed."""
    return tuple(c.line for c in self.checks if c.passed == self.promote)


def judge(
  candidate: Scores,
  incumbent: Scores | None,
  rules: Rules,
  version: Version | None = None,
  approver: Approver | None = None,
) -> Decision:
  """The decision, by every rule; nothing is moved by it.

  Args:
    candidate: of the new model.
    incumbent: of the one that serves, on the same cases; None: none serves.
    rules: what is looked at.
    version: the record of the candidate.
    approver: who looked at it, if somebody did.

  Raises:
    ValueError: for scores of other cases, or floors of no class or stratum.
  """
  _refuse_floors(candidate, rules.floors)
  found = []
  if incumbent is not None or rules.floors:
    found.append(_enough(candidate, incumbent, rules))
  if incumbent is None:
    found.append(Check("margin", True, "no model serves yet: nothing to match"))
  else:
    found.append(_margin(candidate, incumbent, rules))
    found += _optional(_failures, candidate, incumbent, rules.failures)
    found += _optional(_calibration, candidate, incumbent, rules.calibration)
  found += [_floor(candidate, floor) for floor in rules.floors]
  found += [_recorded(version)] if rules.recorded else []
  found += [approval(approver)] if rules.approval == "human" else []
  return Decision(all(check.passed for check in found), tuple(found))


def difference(
  candidate: Scores, incumbent: Scores, rules: Rules
) -> tuple[float, float, float, int]:
  """(mean, low, high, patients) of candidate - incumbent, paired by case.

  A class that only one of them has a score of is in neither mask of the other,
  which is right about it: 1. NaN ends: one patient.
  """
  steps = np.subtract(*case_means(candidate, incumbent))
  known = ~np.isnan(steps)
  patients = np.array(candidate.patients, object)[known]
  if not len(patients):
    return np.nan, np.nan, np.nan, 0
  drawn = resample(mean_of(steps[known]), patients, rules.draws, rules.seed)
  found = estimate(drawn, rules.level, percentile)
  return float(found.value), float(found.low), float(found.high), found.clusters


def _margin(candidate, incumbent, rules):
  mean, low, high, count = difference(candidate, incumbent, rules)
  passed = bool(low > -rules.margin)
  what = (
    f"mean score {_signed(mean)} [{_signed(low)}, {_signed(high)}] against the "
    f"model that serves, {count} patients: "
  )
  side = "within" if passed else "not within"
  line = f"{what}lower end {side} the margin of {rules.margin:g}"
  return Check("margin", passed, line)


def _enough(candidate, incumbent, rules):
  """Of patients that the models can be compared on, where two are."""
  if incumbent is None:
    count = len(set(candidate.patients))
  else:
    refuse_unlike(candidate, incumbent)
    known = ~np.isnan(np.subtract(*case_means(candidate, incumbent)))
    count = len(set(np.array(candidate.patients, object)[known]))
  passed = count >= rules.patients
  return Check(
    "patients",
    passed,
    f"{count} validation patients, wanted {rules.patients} at least",
  )


def _floor(scores, floor):
  columns = [
    i for i, c in enumerate(scores.class_names) if floor.class_name in (None, c)
  ]
  rows = [i for i, s in enumerate(scores.strata) if floor.stratum in (None, s)]
  values = scores.values[np.ix_(rows, columns)]
  known = values[~np.isnan(values)]
  place = " of ".join(
    filter(None, [floor.class_name or "score", floor.stratum])
  )
  if not len(known):
    return Check("floor", False, f"{place}: no case to measure it on")
  mean = float(known.mean())
  passed = mean >= floor.least
  side = "at or above" if passed else "below"
  line = f"{place}: {mean:.4f}, {side} its floor {floor.least:g}"
  return Check("floor", passed, line)


def _failures(candidate, incumbent, most):
  old = np.where(np.isnan(incumbent.values), 1, incumbent.values)  # right
  new = (candidate.values == 0) & (old > 0)
  places = np.argwhere(new)
  named = ", ".join(
    f"{candidate.cases[i]} ({candidate.class_names[c]})" for i, c in places[:3]
  )
  more = f": {named}" + (" ..." if len(places) > 3 else "") if named else ""
  line = f"{len(places)} scores of 0 where the old model had more{more}"
  return Check(
    "failures", len(places) <= most, f"{line}; wanted {most} at most"
  )


def _calibration(candidate, incumbent, most):
  new, old = candidate.calibration, incumbent.calibration
  if np.isnan(new) or np.isnan(old):
    line = "calibration error is not known of both models: measure it"
    return Check("calibration", False, line)
  passed = bool(new - old <= most)
  side = "within" if passed else "not within"
  line = f"calibration error {new:.4f} after {old:.4f}, {side} {most:g} more"
  return Check("calibration", passed, line)


def _recorded(version):
  missing = ["version"] if version is None else not_recorded(version)
  if missing:
    return Check("recorded", False, f"not recorded: {', '.join(missing)}")
  return Check(
    "recorded", True, f"recorded as {version.name} {version.id[:12]}"
  )


def approval(approver: Approver | None) -> Check:
  """Whether somebody who may has looked at a version."""
  if approver is None or not approver.name.strip():
    return Check("approval", False, "waits for a named approver")
  if approver.role not in ROLES:
    wanted = " or ".join(ROLES)
    line = f"{approver.name} is {approver.role}, approval wants {wanted}"
    return Check("approval", False, line)
  return Check(
    "approval", True, f"approved by {approver.name}, {approver.role}"
  )


def _optional(check: Callable, candidate, incumbent, limit):
  return [] if limit is None else [check(candidate, incumbent, limit)]


def _refuse_floors(scores, floors: Sequence[Floor]):
  known: Mapping[str, tuple] = {
    "class_name": scores.class_names,
    "stratum": scores.strata,
  }
  for floor in floors:
    for field, names in known.items():
      name = getattr(floor, field)
      if name is not None and name not in names:
        wanted = ", ".join(sorted(set(names)))
        raise ValueError(f"floor: wanted a {field} of {wanted}, found {name!r}")


def _within(name, value):
  is_number = isinstance(value, int | float) and not isinstance(value, bool)
  if not is_number or not 0 <= value <= 1:
    raise ValueError(f"{name}: wanted a number in [0, 1], found {value!r}")


def _signed(value):
  return "unknown" if np.isnan(value) else f"{round(value, 4) + 0.0:+.4f}"
