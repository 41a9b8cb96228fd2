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
import inspect
import re
from collections.abc import Collection
from typing import Any, NamedTuple

from alx.acquisition.base import (
  Acquisition,
  configure,
  no_option,
  settings_of,
)
from alx.acquisition.grammar.aliases import ALIASES
from alx.acquisition.grammar.compositions import COMPOSITIONS, Part
from alx.acquisition.grammar.phrases import (
  Call,
  Phrase,
  Setting,
  read_phrase,
  shown,
  where_in,
)
from alx.acquisition.scores import spatial
from alx.acquisition.table import BY_NAME

# Reductions that take a number, and what it is called.
_WITH_NUMBER = {"top_fraction": "fraction", "quantile": "q"}
_KINDS = {int: "a whole number", float: "a number", str: "a name"}

# Options that a run gives to methods, whatever the text: by name of the method.
Given = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


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
    return self.stages[self.stage_of(question)].acquisition

  def stage_of(self, question: int) -> int:
    """The place in `stages` of what asks a question 1, 2, ..."""
    place = question - 1
    turns = sum(stage.rounds for stage in self.stages)
    if self.stages[-1].rounds:
      place %= turns
    for number, stage in enumerate(self.stages):
      if place < stage.rounds or not stage.rounds:
        return number
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
    return folder_of(self.text)


def folder_of(text: str) -> str:
  """A canonical text as part of a file name; a plain name is its own."""
  plain = re.sub(r"[^A-Za-z0-9_.]+", "_", text).strip("_")
  if plain == text:
    return plain
  return f"{plain[:60]}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


@functools.lru_cache(maxsize=512)
def parse(text: str, given: Given = ()) -> Arm:
  """What a text says.

  The same text gives the same functions, and so the same compiled programs.

  Args:
    text: see above.
    given: options of some methods, where the text does not say them itself.

  Raises:
    ValueError: in one line, with the place: a word that is not known, an
      option that there is not, a part that is missing or one too many.
  """
  phrases = _phrases(text)
  if len(phrases) == 1 and phrases[0].rounds:
    raise ValueError(
      f"acquisition {shown(text)!r}: wanted a second one after "
      f"'*{phrases[0].rounds}', found the end: one alone asks in every round"
    )
  made = functools.partial(_made, text, dict(given))
  stages = [Stage(made(p.call), p.rounds) for p in phrases]
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


def names_in(text: str) -> tuple[str, ...]:
  """The methods and compositions that a text names, each once."""
  found = re.findall(r"[A-Za-z_]\w*", text)
  known = {*BY_NAME, *COMPOSITIONS}
  return tuple(dict.fromkeys(name for name in found if name in known))


def lacking(text: str, options: Collection[str]) -> tuple[str, ...]:
  """The methods of a text that have all of the options, and say none."""
  found = []
  for call in _calls(text):
    row = BY_NAME.get(call.name)
    has = row is not None and {*options} <= {*settings_of(row)}
    if has and not {*options} & {*dict(call.options)}:
      found.append(call.name)
  return tuple(dict.fromkeys(found))


def shortlists(text: str) -> tuple[tuple[str, str, int], ...]:
  """(first, second, N) of each two_stage(FIRST:N, SECOND) in a text."""
  return tuple(
    (str(call.parts[0].call), str(call.parts[1].call), call.parts[0].number)
    for call in _calls(text)
    if call.name == "two_stage"
  )


def _calls(text):
  """All calls of a text, the outer ones first."""
  calls, found = [phrase.call for phrase in _phrases(text)], []
  while calls:
    found.append(calls.pop(0))
    calls += [part.call for part in found[-1].parts]
  return found


def _phrases(text):
  """As `read_phrase`, in our names; one with marks between words is told."""
  try:
    return [p._replace(call=_in_our_names(p.call)) for p in read_phrase(text)]
  except ValueError as error:
    near = _nearest(text) if re.fullmatch(r"[\w\s-]+", text) else ""
    raise ValueError(f"{error}{near and f'; did you mean {near}?'}") from None


def _in_our_names(call: Call) -> Call:
  """The call with the names of methods for what others call them."""
  parts = (p._replace(call=_in_our_names(p.call)) for p in call.parts)
  name = ALIASES.get(call.name, call.name)
  return call._replace(name=name, parts=tuple(parts))


def _made(text: str, given: dict, call: Call) -> Acquisition:
  """The acquisition of a call; errors name its place."""
  if call.name in COMPOSITIONS:
    parts = [
      Part(p.call.name, _made(text, given, p.call), p.number, p.call.place)
      for p in call.parts
    ]
    return _told(text, call, _composed, [COMPOSITIONS[call.name], *parts])
  if call.name not in BY_NAME:
    raise _unknown(text, call)
  if call.parts:
    found = f"({call.parts[0].call.name}"
    raise ValueError(
      f"{_where(text, call)}: {call.name} takes options name=value only, "
      f"found {shown(found)}"
    )
  more = dict(given.get(call.name, ()))
  return _told(text, call, _configured, [call.name, more])


def _composed(compose, *parts, **options):
  """compose(*parts, **options) with options that it has, of their kinds."""
  known = {
    name: parameter.default
    for name, parameter in inspect.signature(compose).parameters.items()
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY
  }
  for name, value in options.items():
    if name not in known:
      raise ValueError(no_option(name, known))
    kind = type(known[name])
    kinds = (int, float) if kind is float else kind
    if isinstance(value, bool) or not isinstance(value, kinds):
      raise ValueError(f"{name}: wanted {_KINDS[kind]}, found {value}")
  return compose(*parts, **options)


def _configured(name, given, **options):
  options = {o: _value(o, value) for o, value in options.items()}
  if options.get("delta") is not None:  # is instead of clusters
    given = {o: value for o, value in given.items() if o != "clusters"}
  options = given | options
  return configure(BY_NAME[name], **options) if options else BY_NAME[name]


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
    place = getattr(error, "place", None) or next(
      (at for name, at in call.places if _is_about(name, str(error))),
      call.place,
    )
    where = where_in(text, place)
    raise ValueError(f"{where}: {call.name}: {shown(str(error))}") from None


def _is_about(option, error):
  about = (f"{option}:", f"{option}=", f"no option {option!r}", f"no {option} ")
  return error.startswith(about)


def _unknown(text, call):
  known = [*BY_NAME, *COMPOSITIONS]
  near = _nearest(call.name)
  hint = f"did you mean {near}?" if near else f"there are: {', '.join(known)}"
  name = shown(call.name)
  return ValueError(f"{_where(text, call)}: no method {name!r}; {hint}")


def _nearest(name):
  """The name that sounds most like it; "" if none does."""
  sound = re.sub(r"[\s-]+", "_", name.strip().lower())
  known = [*BY_NAME, *COMPOSITIONS, *ALIASES]
  near = difflib.get_close_matches(sound, known, 1)
  return ALIASES.get(near[0], near[0]) if near else ""


def _where(text, call):
  return where_in(text, call.place)


def _phrase_text(phrase: Phrase) -> str:
  return str(phrase.call) + (f"*{phrase.rounds}" if phrase.rounds else "")
