"""The grammar of acquisitions: from a text to calls, without their meaning.

text   = phrase { "+" phrase }
phrase = call [ "*" rounds ]
call   = name [ "(" [ part { "," part } ] [ ";" option { "," option } ] ")" ]
part   = call [ ":" number ] | name "=" value
option = name "=" value | value
value  = number | name
"""

import math
import re
from typing import NamedTuple

_TOKEN = re.compile(
  r"\s*(?:(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"
  r"|(?P<name>[A-Za-z_]\w*)|(?P<mark>[()+*,;:=]))"
)
_WORDS = {"true": True, "false": False, "none": None}
_FREE = "op"  # what a value without a name behind ";" is
_DEEPEST = 20  # calls inside one another
_MOST = 2**31 - 1  # of whole numbers
_SHOWN = 60  # letters of a long text, on each side of a place


class Part(NamedTuple):
  """A call inside another, and the number behind its colon."""

  call: "Call"
  number: float | int | None

  def __str__(self):
    return f"{self.call}" + ("" if self.number is None else f":{self.number}")


class Setting(NamedTuple):
  """A value that has a number of its own: top_fraction(0.01)."""

  name: str
  number: float | int

  def __str__(self):
    return f"{self.name}({self.number})"


class Call(NamedTuple):
  """A name with what stands in its brackets."""

  name: str
  place: int  # of its first letter in the text
  parts: tuple[Part, ...] = ()
  options: tuple[tuple[str, object], ...] = ()  # by name
  places: tuple[tuple[str, int], ...] = ()  # of the options in the text

  def __str__(self):
    inside = [*map(str, self.parts)]
    inside += [f"{name}={_written(value)}" for name, value in self.options]
    return f"{self.name}({', '.join(inside)})" if inside else self.name


class Phrase(NamedTuple):
  """A call, and for how many rounds; 0: not said."""

  call: Call
  rounds: int


class _Token(NamedTuple):
  kind: str  # number, name, mark or end
  text: str
  place: int


def where_in(text: str, place: int) -> str:
  """The place of a letter, for an error."""
  return f"acquisition {shown(text, place)!r}, character {place + 1}"


def shown(text: str, place: int = 0) -> str:
  """A text that a line has room for: of a long one what is near a place."""
  start, end = max(place - _SHOWN, 0), place + _SHOWN
  if len(text) <= 10 * _SHOWN:
    return text
  return f"{'...' * (start > 0)}{text[start:end]}{'...' * (end < len(text))}"


def read_phrase(text: str) -> list[Phrase]:
  """The phrases of a text.

  Raises:
    ValueError: one line that says where what was wanted and what was found.
  """
  reader = _Reader(text)
  phrases = [reader.phrase()]
  while reader.takes("+"):
    phrases.append(reader.phrase())
  reader.want("end")
  return phrases


class _Reader:
  """Reads tokens one by one."""

  def __init__(self, text):
    self._text = text
    self._tokens = _tokens(text)
    self._next = self._depth = 0

  def phrase(self):
    call = self.call()
    if not self.takes("*"):
      return Phrase(call, 0)
    token = self.want("number")
    few = token.text.isdigit() and len(token.text) < 10
    if not few or int(token.text) < 1:
      raise self._error("a whole number of rounds, 1 or more", token)
    return Phrase(call, int(token.text))

  def call(self):
    name = self.want("name")
    parts, options = [], {}
    if self.takes("("):
      self._depth += 1
      if self._depth > _DEEPEST:
        wanted = f"at most {_DEEPEST} brackets inside one another"
        raise self._error(wanted, name, "more")
      self._between(parts, options)
      self._depth -= 1
    values = tuple(sorted((o, value) for o, (value, _) in options.items()))
    places = tuple((o, place) for o, (_, place) in options.items())
    return Call(name.text, name.place, tuple(parts), values, places)

  def _between(self, parts, options):
    """What stands in brackets, and the closing one."""
    if not self._sees(")", ";"):
      self._inside(parts, options)
      while self.takes(","):
        self._inside(parts, options)
    if self.takes(";"):
      self._option(options)
      while self.takes(","):
        self._option(options)
    self.want(")")

  def _inside(self, parts, options):
    """A part, or an option with its name."""
    if self._tokens[self._next + 1].text == "=":
      return self._option(options)
    if options:
      raise self._error("an option name=value", self._tokens[self._next])
    call = self.call()
    number = self._value("number") if self.takes(":") else None
    parts.append(Part(call, number))
    return None

  def _option(self, options):
    name, token = _FREE, self._tokens[self._next]
    if self._tokens[self._next + 1].text == "=":
      name = self.want("name").text
      self.want("=")
    if name in options:
      raise self._error(f"{name} once", token, "twice")
    options[name] = self._value("number", "name"), token.place

  def _value(self, *kinds):
    token = self.want(*kinds)
    if token.kind == "name" and self.takes("("):
      number = self._value("number")
      self.want(")")
      return Setting(token.text, number)
    if token.kind == "name":
      return _WORDS.get(token.text.lower(), token.text)
    number = float(token.text)
    if re.search("[.eE]", token.text) and math.isfinite(number):
      return number
    if abs(number) > _MOST:
      raise self._error(f"a number of at most {_MOST}", token)
    return int(token.text)

  def takes(self, mark):
    """Whether the next token is this mark; if so it is read."""
    found = self._sees(mark)
    self._next += found
    return found

  def _sees(self, *marks):
    token = self._tokens[self._next]
    return token.kind == "mark" and token.text in marks

  def want(self, *kinds):
    """The next token, which must be of these kinds or marks."""
    token = self._tokens[self._next]
    if token.kind not in kinds and token.text not in kinds:
      raise self._error(
        " or ".join(_TOLD.get(k, repr(k)) for k in kinds), token
      )
    self._next += 1
    return token

  def _error(self, wanted, token, found=""):
    found = found or repr(shown(token.text)) if token.text else "the end"
    where = where_in(self._text, token.place)
    return ValueError(f"{where}: wanted {wanted}, found {found}")


_TOLD = {"name": "a name", "number": "a number", "end": "'+' or the end"}


def _tokens(text):
  tokens, place = [], 0
  while text[place:].strip():
    match = _TOKEN.match(text, place)
    if match is None:
      place += len(text[place:]) - len(text[place:].lstrip())
      raise ValueError(
        f"{where_in(text, place)}: wanted a name, a number or one of "
        f"()+*,;:=, found {text[place]!r}"
      )
    kind = match.lastgroup
    tokens.append(_Token(kind, match[kind], match.start(kind)))
    place = match.end()
  return [*tokens, *2 * [_Token("end", "", len(text))]]


def _written(value):
  return str(value).lower() if isinstance(value, bool | None) else str(value)
