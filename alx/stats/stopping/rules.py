"""Rules that say when to stop, and their texts.

text   = kind [ ":" option { "," option } ]
option = name "=" value | value

A value without a name is that of the first option: `agreement:0.99` is
`agreement:kappa=0.99`.
"""

import dataclasses
import difflib
import math
import re
from typing import ClassVar

_MOST = 2**31 - 1  # of whole numbers


@dataclasses.dataclass(frozen=True)
class StopRule:
  """What all rules have; see the others for what they stop at."""

  kind: ClassVar[str] = ""

  def __str__(self):
    told = ((f.name, getattr(self, f.name)) for f in dataclasses.fields(self))
    written = [f"{name}={_written(x)}" for name, x in told if x is not None]
    return f"{self.kind}:{','.join(written)}"

  @property
  def reads(self) -> str:
    """What it looks at: budget, pool or test."""
    of = getattr(self, "of", None)
    return {"model": "pool"}.get(of, of) or _READS[self.kind]

  @property
  def first_round(self) -> int:
    """The first round at which it can stop."""
    return getattr(self, "rounds", 0)


@dataclasses.dataclass(frozen=True)
class Budget(StopRule):
  """Before a round that would need more labels, or once seconds are spent.

  The seconds are those that a run takes to ask, train and test; what a person
  needs to label is not in them.
  """

  labels: int | None = None  # at most so many
  seconds: float | None = None
  kind: ClassVar[str] = "budget"

  def __post_init__(self):
    """Raises ValueError for no budget, two, or none that can be spent."""
    if (self.labels is None) == (self.seconds is None):
      _refuse(self, "labels or seconds, one of them")
    _want(self, "labels", 1, _MOST)
    _want(self, "seconds", 0, math.inf, open_low=True)


@dataclasses.dataclass(frozen=True)
class Plateau(StopRule):
  """Once the last rounds have brought nothing.

  With a gain: the best score of the last rounds is less than that above the
  best one before them. Without: the interval of the slope of the line through
  the last rounds and the one before them (least squares over labels, Student
  t) does not lie above 0, nor that of the slope over doublings of the labels,
  along which the bend of most curves is no noise. A line through few and noisy
  rounds is rarely told from a flat one, so that this stops early; what falls
  stops too.
  """

  rounds: int = 3
  gain: float | None = None  # of the score
  level: float | None = None  # of the interval of the slope; 0.95
  of: str = "model"  # the score: what the model expects of itself, or "test"
  kind: ClassVar[str] = "plateau"

  def __post_init__(self):
    """Raises ValueError for numbers out of range."""
    _want(self, "rounds", 1 if self.gain is not None else 2, _MOST)
    _want(self, "gain", 0, 1, open_low=True)
    _want(self, "level", 0, 1, open_low=True, open_high=True)
    if self.gain is not None and self.level is not None:
      _refuse(self, "a gain or the level of an interval, not both")
    if self.gain is None and self.level is None:
      object.__setattr__(self, "level", 0.95)
    _want_of(self)


@dataclasses.dataclass(frozen=True)
class Target(StopRule):
  """Once a score is reached."""

  score: float | None = None
  of: str = "model"  # what the model expects of itself, or "test"
  kind: ClassVar[str] = "target"

  def __post_init__(self):
    """Raises ValueError for no score, or one that none can reach."""
    if self.score is None:
      _refuse(self, "the score that is to be reached")
    _want(self, "score", 0, 1, open_low=True)
    _want_of(self)


@dataclasses.dataclass(frozen=True)
class Equivalence(StopRule):
  """Once the test cases are as good as a score, or as those of all labels.

  Two one-sided t tests over patients (`alx.stats.tost`), of each case by itself
  where patients are not known. A model that is better by more than the margin
  is not equivalent.
  """

  margin: float | None = None
  score: float | None = None  # None: of the model trained on all pool labels
  alpha: float = 0.05  # of each of the two tests
  kind: ClassVar[str] = "equivalence"

  def __post_init__(self):
    """Raises ValueError for no margin, or numbers out of range."""
    if self.margin is None:
      _refuse(self, "a margin")
    _want(self, "margin", 0, 1, open_low=True)
    _want(self, "score", 0, 1, open_low=True)
    _want(self, "alpha", 0, 0.5, open_low=True, open_high=True)


@dataclasses.dataclass(frozen=True)
class Agreement(StopRule):
  """Once consecutive models label the rest of the pool alike.

  Cohen's kappa of the two, as mean over so many rounds (Bloodgood and
  Vijay-Shanker 2009: 0.99 over 3).
  """

  kappa: float = 0.99
  rounds: int = 3
  kind: ClassVar[str] = "agreement"

  def __post_init__(self):
    """Raises ValueError for numbers out of range."""
    _want(self, "kappa", 0, 1, open_low=True)
    _want(self, "rounds", 1, _MOST)


@dataclasses.dataclass(frozen=True)
class Uncertainty(StopRule):
  """Once no item of the rest of the pool is uncertain.

  The largest entropy of an item, in nats; of a segmentation the mean over its
  voxels (Zhu et al. 2008, max-uncertainty).
  """

  entropy: float | None = None
  kind: ClassVar[str] = "uncertainty"

  def __post_init__(self):
    """Raises ValueError for no entropy, or one that is none."""
    if self.entropy is None:
      _refuse(self, "the entropy in nats below which all are")
    _want(self, "entropy", 0, math.inf, open_low=True)


KINDS = {
  rule.kind: rule
  for rule in (Budget, Plateau, Target, Equivalence, Agreement, Uncertainty)
}
_READS = {
  "budget": "budget",
  "agreement": "pool",
  "uncertainty": "pool",
  "equivalence": "test",
}


def parse_rule(text: str) -> StopRule:
  """The rule of a text, such as "plateau:rounds=3,gain=0.005".

  Raises:
    ValueError: one line with what was wanted and what was found.
  """
  kind, colon, rest = (part.strip() for part in text.partition(":"))
  if kind not in KINDS:
    near = difflib.get_close_matches(kind.lower(), KINDS, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(
      f"stop: wanted one of {', '.join(KINDS)}, found {text!r}{hint}"
    )
  if colon and not rest:
    raise ValueError(f"stop: wanted an option behind the colon of {text!r}")
  options = {}
  for part in rest.split(",") if rest else ():
    name, value = _option(KINDS[kind], part, text)
    if name in options:
      raise ValueError(f"stop: {text!r} names {name} twice")
    options[name] = value
  return KINDS[kind](**options)


def split_rules(text: str) -> list[str]:
  """The rules of a list between commas, which options have too."""
  found = []
  for part in text.split(","):
    is_rule = ":" in part or re.fullmatch(r"\s*[A-Za-z_]\w*\s*", part)
    if not is_rule and found and part.strip():
      found[-1] += f",{part.strip()}"
    else:
      found.append(part.strip())
  return found


def _option(rule, part, text):
  """(name, value) of "name=value" or, of the first option, "value"."""
  fields = {field.name: field for field in dataclasses.fields(rule)}
  name, equals, value = (x.strip() for x in part.partition("="))
  if not equals:
    name, value = next(iter(fields)), name
  if name not in fields:
    near = difflib.get_close_matches(name, fields, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(
      f"stop: {rule.kind} has the options {', '.join(fields)}, found {name!r} "
      f"in {text!r}{hint}"
    )
  kind = fields[name].type
  if kind is str:
    return name, value
  whole = kind in (int, int | None)
  try:
    return name, (int if whole else float)(value)
  except ValueError:
    wanted = "a whole number" if whole else "a number"
    raise ValueError(
      f"stop: {rule.kind} wants {wanted} as {name}, found {value!r} in {text!r}"
    ) from None


def _written(value):
  """A value as it is read again."""
  return value if isinstance(value, str) else repr(value)


def _refuse(rule, wanted):
  raise ValueError(f"stop: {rule.kind} wants {wanted}, found {str(rule)!r}")


def _want(rule, name, low, high, open_low=False, open_high=False):
  """Raises ValueError for a known value out of its range, or no number."""
  value = getattr(rule, name)
  if value is None:
    return
  above = low < value if open_low else low <= value
  below = value < high if open_high else value <= high
  if not (above and below and math.isfinite(value)):
    start, end = "(" if open_low else "[", ")" if open_high else "]"
    raise ValueError(
      f"stop: {rule.kind} wants {name} in {start}{low:g}, {high:g}{end}, found "
      f"{value}"
    )


def _want_of(rule):
  if rule.of not in ("model", "test"):
    raise ValueError(
      f"stop: {rule.kind} wants of=model or of=test, found of={rule.of}"
    )
