"""Who calls, what he may do, and how often."""

import math
import os
import pathlib
import stat
from collections.abc import Collection, Mapping
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.projects.exchange.params import ID
from alx.projects.exchange.refused import Refused
from alx.projects.store.blobs import digest

ANNOTATOR, REVIEWER, ADMIN = "annotator", "reviewer", "admin"
ROLES = (ANNOTATOR, REVIEWER, ADMIN)  # each may do what those before it may
_SHORTEST = 16  # characters of a token
_MINUTE = 60.0


class Person(NamedTuple):
  """Somebody who may call."""

  name: str  # "": nobody has said
  role: str


class Access(NamedTuple):
  """Who may call; without people everybody who reaches the server."""

  people: Mapping[str, Person] = {}  # by the sha256 of their tokens

  @property
  def is_open(self) -> bool:
    """Whether nobody has to say who he is."""
    return not self.people


OPEN = Access()


def read_tokens(path: pathlib.Path, readers: Collection[str]) -> Access:
  """The people of a token file: lines of NAME ROLE TOKEN.

  Args:
    path: of the file, which its owner alone may read (0600).
    readers: of the project; an annotator has to be one.

  Raises:
    DataError: no such file, one that others may read, or a line that is none.
  """
  try:
    mode = os.stat(path).st_mode
    text = path.read_text("utf-8")
  except (OSError, UnicodeDecodeError) as error:
    found = getattr(error, "strerror", None) or "bytes that are no text"
    raise bad_input(path, "a file of tokens", found) from error
  if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
    wanted = "a file that only its owner can read (chmod 600)"
    raise bad_input(path, wanted, f"mode {stat.S_IMODE(mode):03o}")
  people: dict[str, Person] = {}
  for number, line in enumerate(text.splitlines(), 1):
    if line.strip() and not line.startswith("#"):
      person, token = _line(f"{path}, line {number}", line.split(), readers)
      if person.name in {p.name for p in people.values()} or token in people:
        raise bad_input(
          f"{path}, line {number}", "another name and token", "one twice"
        )
      people[token] = person
  if not people:
    raise bad_input(path, "lines of NAME ROLE TOKEN", "none")
  return Access(people)


def _line(place, words, readers):
  if len(words) != 3:
    raise bad_input(place, "NAME ROLE TOKEN", f"{len(words)} words")
  name, role, token = words
  if role not in ROLES:
    raise bad_input(place, f"a role of {', '.join(ROLES)}", repr(role))
  if not ID.fullmatch(name):
    raise bad_input(place, "a name of letters, digits, . _ -", repr(name))
  if role == ANNOTATOR and name not in readers:
    known = ", ".join(sorted(readers))
    raise bad_input(place, f"a reader of the project ({known})", repr(name))
  if len(token) < _SHORTEST:
    wanted = f"a token of {_SHORTEST} characters or more (openssl rand -hex 16)"
    raise bad_input(place, wanted, f"{len(token)} characters")
  return Person(name, role), mark_of(token)


def mark_of(token: str) -> str:
  """What is kept of a token."""
  return digest(token.encode("utf-8", "surrogatepass"))


def person_of(access: Access, header: str) -> Person | None:
  """Who sends this Authorization header; None: nobody who is known.

  Where everybody may call he is an admin, as one who has the files is.
  """
  if access.is_open:
    return Person("", ADMIN)
  kind, _, token = header.strip().partition(" ")
  if kind.casefold() != "bearer":
    return None
  return access.people.get(mark_of(token.strip()))


def want(person: Person | None, role: str = ANNOTATOR) -> Person:
  """The person, if he may do what this role may.

  Raises:
    Refused: 401 for nobody, 403 for a lesser role.
  """
  if person is None:
    raise Refused(401, "who are you? log in, or send your token")
  if ROLES.index(person.role) < ROLES.index(role):
    raise Refused(403, f"only a {role} may do that, you are {person.role}")
  return person


class TooOften(Refused):
  """One who has called as often as he may in a minute.

  Attributes:
    wait_s: whole seconds until he may again.
  """

  def __init__(self, most: int, wait_s: float):
    """Of so many requests a minute."""
    self.wait_s = math.ceil(wait_s)
    line = f"more than {most} requests a minute: wait {self.wait_s} s"
    super().__init__(429, line)


class Rate:
  """How often each caller may call, counted from minute to minute."""

  def __init__(self, most: int):
    """So many requests a minute; 0: any number."""
    self._most, self._counts, self._end = most, {}, -math.inf

  def count(self, who: object, now: float) -> None:
    """Counts a request.

    Args:
      who: sends it.
      now: seconds since any moment.

    Raises:
      TooOften: it is one too many.
    """
    if now >= self._end:
      self._counts, self._end = {}, now + _MINUTE
    count = self._counts[who] = self._counts.get(who, 0) + 1
    if self._most and count > self._most:
      raise TooOften(self._most, self._end - now)
