"""Acquisitions as they are written: options, compositions, turns of rounds.

  bald(reduce=top_fraction)                     an option of a method
  bald(reduce=top_fraction(0.01))               one with a number of its own
  two_stage(entropy:100, k_center)              among the 100 best of the first
  fuse(entropy:2, bald; product, norm=rank)     several scores made into one
  per_cluster(margin, quota=proportional)       the batch shared out over groups
  capped_per_group(badge, cap=2)                at most 2 picks of a patient
  entropy*2 + k_center*3                        2 rounds, 3 rounds, and again
  typiclust*1 + margin                          1 round, then all that follow

A text has one canonical form, `Arm.text`, which names it in tables and files.
"""

import difflib
import functools
import hashlib
import re
from typing import NamedTuple

from alx.acquisition.base import Acquisition, configure
from alx.acquisition.grammar.compositions import COMPOSITIONS, Part
from alx.acquisition.grammar.phrases import Call, Phrase, Setting, read_phrase
from alx.acquisition.scores import spatial
from alx.acquisition.table import BY_NAME

# Reductions that take a number, and what it is called.
_WITH_NUMBER = {"top_fraction": "fraction", "quantile": "q"}


class Stage(NamedTuple):
  """One acquisition for some rounds."""

  acquisition: Acquisition
  rounds: int  # 0: all that follow


class Arm(NamedTuple):
  """What asks in each round of a run."""

  text: str  # the canonical form
  stages: tuple[Stage, ...]

  def at(self, question: int) -> Acquisition:
    """The acquisition of a question 1, 2, ...; turns begin again when done."""
    place = question - 1
    turns = sum(stage.rounds for stage in self.stages)
    if self.stages[-1].rounds:
      place %= turns
    for stage in self.stages:
      if place < stage.rounds or not stage.rounds:
        return stage.acquisition
      place -= stage.rounds
    raise AssertionError("a stage without an end is the last")

  @property
  def needs(self) -> tuple[str, ...]:
    """What one of the acquisitions reads, see `Acquisition.needs`."""
    needs = [need for s in self.stages for need in s.acquisition.needs]
    return tuple(dict.fromkeys(needs))

  @property
  def folder(self) -> str:
    """The text as part of a file name; other texts have other ones."""
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", self.text).strip("_")
    if plain == self.text:
      return plain
    return f"{plain[:60]}-{hashlib.sha256(self.text.encode()).hexdigest()[:6]}"


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Arm:
  """What a text says.

  The same text gives the same functions, and so the same compiled programs.

  Raises:
    ValueError: in one line, with the place: a word that is not known, an
      option that there is not, a part that is missing or one too many.
  """
  phrases = read_phrase(text)
  if len(phrases) == 1 and phrases[0].rounds:
    raise ValueError(
      f"acquisition {text!r}: wanted a second one after "
      f"'*{phrases[0].rounds}', found the end: one alone asks in every round"
    )
  stages = [Stage(_made(text, p.call), p.rounds) for p in phrases]
  stages[:-1] = [s._replace(rounds=s.rounds or 1) for s in stages[:-1]]
  return Arm(" + ".join(map(_phrase_text, phrases)), tuple(stages))


def split_arms(text: str) -> tuple[str, ...]:
  """The texts between the commas that are outside of all brackets."""
  arms, depth = [""], 0
  for letter in text:
    depth += {"(": 1, ")": -1}.get(letter, 0)
    if letter == "," and depth == 0:
      arms.append("")
    else:
      arms[-1] += letter
  return tuple(arm.strip() for arm in arms)


def _made(text: str, call: Call) -> Acquisition:
  """The acquisition of a call; errors name its place."""
  if call.name in COMPOSITIONS:
    parts = [
      Part(p.call.name, _made(text, p.call), p.number) for p in call.parts
    ]
    return _told(text, call, COMPOSITIONS[call.name], parts)
  if call.name not in BY_NAME:
    raise _unknown(text, call)
  if call.parts:
    found = f"({call.parts[0].call.name}"
    raise ValueError(
      f"{_where(text, call)}: {call.name} takes options name=value only, "
      f"found {found}"
    )
  return _told(text, call, _configured, [call.name])


def _configured(name, **options):
  if not options:
    return BY_NAME[name]
  options = {o: _value(o, value) for o, value in options.items()}
  return configure(BY_NAME[name], **options)


def _value(option, value):
  """The value of an option; a setting is a reduction over space."""
  if not isinstance(value, Setting):
    return value
  if option != "reduce" or value.name not in _WITH_NUMBER:
    known = ", ".join(f"reduce={name}(...)" for name in _WITH_NUMBER)
    raise ValueError(f"{option}: wanted {known}, found {value}")
  if not 0 < value.number <= 1:
    raise ValueError(f"{option}: wanted a number in (0, 1], found {value}")
  number = {_WITH_NUMBER[value.name]: value.number}
  return functools.partial(spatial.REDUCTIONS[value.name], **number)


def _told(text, call, make, parts):
  """make(*parts, **options), with the place in its errors."""
  try:
    return make(*parts, **dict(call.options))
  except (TypeError, ValueError) as error:
    raise ValueError(f"{_where(text, call)}: {call.name}: {error}") from None


def _unknown(text, call):
  known = [*BY_NAME, *COMPOSITIONS]
  near = difflib.get_close_matches(call.name.lower(), known, 1)
  hint = (
    f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
  )
  return ValueError(f"{_where(text, call)}: no method {call.name!r}; {hint}")


def _where(text, call):
  return f"acquisition {text!r}, character {call.place + 1}"


def _phrase_text(phrase: Phrase) -> str:
  return str(phrase.call) + (f"*{phrase.rounds}" if phrase.rounds else "")
