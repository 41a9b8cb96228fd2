"""What is kept of each model: a record that never changes, named by itself."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Version(NamedTuple):
  """One fitted model; `id` is the sha256 of all the rest."""

  number: int  # 1, 2, ...: v001, v002
  parents: tuple[str, ...]  # ids of the versions it was made from
  weights: str  # sha256 of the parameters
  data: str  # sha256 of the labels it was fitted on, see `data_digest`
  label_map: str  # sha256
  frozen: str  # sha256 of the frozen cases, see `frozen.digest`
  code: str  # version of alx, and the commit where known
  settings: Mapping[str, Any]  # of the fit
  update: Mapping[str, Any]  # how it was made, see `updates`
  metrics: Mapping[str, Any]  # on the frozen validation cases
  id: str = ""

  @property
  def name(self) -> str:
    """Such as v003."""
    return f"v{self.number:03d}"


_NAMED = ("weights", "data", "label_map", "frozen", "code")


def make_version(**record: Any) -> Version:
  """A version with its id.

  Raises:
    ValueError: for a number below 1, or what JSON cannot hold.
  """
  version = Version(**record)
  number = version.number
  if isinstance(number, bool) or not isinstance(number, int) or number < 1:
    raise ValueError(f"version: wanted a number >= 1, found {number!r}")
  version = version._replace(parents=tuple(version.parents))
  return version._replace(id=id_of(version))


def id_of(version: Version) -> str:
  """sha256 of everything a version holds but its id."""
  record = version._asdict()
  record.pop("id")
  return sha256(record)


def sha256(value: Any) -> str:
  """Of the canonical JSON of a value: keys sorted, NaN as null."""
  return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: Any) -> str:
  """JSON that is the same for the same value.

  Raises:
    ValueError: for what JSON cannot hold, an infinite number for example.
  """
  try:
    return json.dumps(
      _plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False
    )
  except (TypeError, ValueError) as error:
    raise ValueError(f"wanted what JSON can hold, found {error}") from error


def _plain(value):
  """NumPy's numbers as Python's, NaN as None, tuples as lists."""
  if isinstance(value, Mapping):
    return {str(key): _plain(x) for key, x in value.items()}
  if isinstance(value, list | tuple):
    return [_plain(x) for x in value]
  if hasattr(value, "tolist"):
    return _plain(value.tolist())
  if isinstance(value, float) and math.isnan(value):
    return None
  return value


def to_json(version: Version) -> str:
  """One line."""
  return canonical(version._asdict())


def of_json(text: str) -> Version:
  """The version of such a line.

  Raises:
    ValueError: for other keys, or content that is not that of its id.
  """
  try:
    record = json.loads(text)
  except ValueError as error:
    raise ValueError(f"version: wanted JSON, found {error}") from error
  if not isinstance(record, dict) or set(record) != set(Version._fields):
    found = (
      sorted(record) if isinstance(record, dict) else type(record).__name__
    )
    raise ValueError(
      f"version: wanted the keys {', '.join(Version._fields)}, found {found}"
    )
  version = Version(**record | {"parents": tuple(record["parents"])})
  if version.id != id_of(version):
    raise ValueError(
      f"version {version.number}: wanted the content of {version.id[:12]}, "
      f"found that of {id_of(version)[:12]}: it was changed"
    )
  return version


def data_digest(labels: Sequence[Mapping[str, Any]]) -> str:
  """sha256 of what a fit read, in any order.

  Args:
    labels: of each label case, reader, revision, and the sha256 of image and
      label, or whatever names it.
  """
  return sha256(sorted(canonical(label) for label in labels))


def problems_of(versions: Sequence[Version]) -> list[str]:
  """A line for all that is wrong with a list of versions; none: sound.

  Args:
    versions: in the order in which they were made.
  """
  found, known, last = [], set(), 0
  for version in versions:
    if version.id != id_of(version):
      found.append(f"{version.name}: its content is not that of its id")
    if version.number <= last:
      found.append(f"{version.name}: wanted a number above {last}")
    for parent in version.parents:
      if parent not in known:
        found.append(f"{version.name}: its parent {parent[:12]} is not known")
    known.add(version.id)
    last = max(last, version.number)
  return found


def not_recorded(version: Version) -> list[str]:
  """Names of what the gate wants recorded and is not."""
  return [name for name in _NAMED if not getattr(version, name)]
