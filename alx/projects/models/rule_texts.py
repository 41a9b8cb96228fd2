"""Rules of the gate, weights and update modes as texts of a command line."""

import dataclasses
from collections.abc import Sequence

from alx.projects.models.gate import Floor, Rules
from alx.projects.models.sources import SOURCES, SourceWeights
from alx.projects.models.updates import Update

_KINDS = {
  "margin": float,
  "level": float,
  "draws": int,
  "seed": int,
  "patients": int,
  "failures": int,
  "calibration": float,
  "recorded": lambda text: {"true": True, "false": False}[text],
  "approval": str,
}
_OPTIONAL = ("failures", "calibration")  # "none": not looked at
DEFAULT = Rules(calibration=None)


def parse_rules(texts: Sequence[str]) -> Rules:
  """The rules of texts such as "margin=0.03" and "floor:anterior=0.7".

  A floor is of a class, of a class in a stratum ("anterior@siteB"), of a
  stratum ("@siteB") or of all ("floor=0.6"). What no text names stays as it
  is; the calibration is looked at once "calibration=0.05" says how far.

  Raises:
    ValueError: one line with the text.
  """
  found, floors = {}, []
  for text in texts:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
      raise _refused(text, "name=value")
    if name.partition(":")[0].strip() == "floor":
      floors.append(_floor(name, value, text))
    elif name in found:
      raise _refused(text, f"{name} once")
    else:
      found[name] = _value(name, value, text)
  if len(set(floors)) < len(floors):
    raise ValueError("gate: wanted each floor once, found one twice")
  try:
    return dataclasses.replace(DEFAULT, floors=tuple(floors), **found)
  except ValueError as error:
    raise ValueError(f"gate: {error}") from error


def _floor(name, value, text):
  place = name.partition(":")[2].strip()
  class_name, _, stratum = (part.strip() for part in place.partition("@"))
  return Floor(_number(float, value, text), class_name or None, stratum or None)


def _value(name, value, text):
  if name not in _KINDS:
    raise _refused(text, f"one of {', '.join(_KINDS)}, floor:CLASS@STRATUM")
  if name in _OPTIONAL and value.lower() == "none":
    return None
  return _number(_KINDS[name], value, text)


def _number(kind, value, text):
  try:
    return kind(value.lower() if kind not in (int, float) else value)
  except (ValueError, KeyError):
    raise _refused(text, "another value") from None


def parse_weights(texts: Sequence[str]) -> SourceWeights:
  """The weights of texts such as "accepted=0.5"; others stay as they are.

  Raises:
    ValueError: one line with the text.
  """
  found = {}
  for text in texts:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or name not in SOURCES or name in found:
      wanted = f"weights: wanted SOURCE=WEIGHT of {', '.join(SOURCES)}, once"
      raise ValueError(f"{wanted}, found {text!r}")
    try:
      found[name] = float(value)
    except ValueError:
      found[name] = value
  return SourceWeights(**found)


def parse_update(text: str) -> Update:
  """The mode of a text such as "warm" or "finetune_replay:0.5".

  Raises:
    ValueError: one line with the text.
  """
  mode, colon, replay = (part.strip() for part in text.partition(":"))
  if not colon:
    return Update(mode)
  try:
    return Update(mode, float(replay))
  except ValueError as error:
    raise ValueError(f"{error}, in {text!r}") from error


def _refused(text, wanted):
  return ValueError(f"gate: wanted {wanted}, found {text!r}")
