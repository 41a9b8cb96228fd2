"""What comes beside a file: names out of closed sets, small plain JSON."""

import hmac
import json
import math
import re
from collections.abc import Collection, Mapping
from typing import Any

from alx.projects.exchange.refused import Refused

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_MOST, _DEEPEST = 2**16, 8
_KEYS = (
  *("minutes", "seconds", "decision", "comment", "nothing_to_label"),
  *("values_checked", "image_sha256", "draft_sha256", "label_info", "model"),
  *("client_id", "base_revision", "label", "unit", "tool"),
  *("result_extension", "result_compress", "reason", "version"),
)


def checked_id(text: Any, known: Collection[str], what: str) -> str:
  """An id of a closed set; the text is never told back.

  Raises:
    Refused: 400 for what can be no id, 404 for one that is not there.
  """
  if not isinstance(text, str) or not ID.fullmatch(text) or ".." in text:
    raise Refused(400, f"no {what} can be called that")
  # Every one is looked at, so that time does not tell which there are.
  found = [k for k in known if hmac.compare_digest(k.encode(), text.encode())]
  if not found:
    raise Refused(404, f"no such {what}")
  return found[0]


def parse(content: bytes, keep: Collection[str] = ()) -> dict[str, Any]:
  """The JSON object beside a file, with the keys that mean something.

  Args:
    content: of the text.
    keep: keys beside those of labels.

  Raises:
    Refused: 400 for anything else.
  """
  if len(content) > _MOST:
    raise Refused(400, f"params of {len(content)} bytes, more than {_MOST}")
  found = read_object(content)
  return checked({k: v for k, v in found.items() if k in {*_KEYS, *keep}})


def read_object(content: bytes) -> dict[str, Any]:
  """A JSON object without NaN and not nested deeply; {} of nothing.

  Raises:
    Refused: 400 for anything else.
  """
  try:
    found = json.loads(content or b"{}", parse_constant=_no_number)
    _check_depth(found)
  except (ValueError, RecursionError) as error:
    raise Refused(400, "params are no JSON") from error
  if not isinstance(found, dict):
    raise Refused(400, f"wanted an object, found a {type(found).__name__}")
  return found


def _no_number(text):
  raise ValueError(text)


def _check_depth(value, deep=0):
  if deep > _DEEPEST:
    raise ValueError("deep")
  if isinstance(value, dict | list):
    for inner in value.values() if isinstance(value, dict) else value:
      _check_depth(inner, deep + 1)


def checked(told: Mapping[str, Any]) -> dict[str, Any]:
  """The same with times that can be: a negative one is none.

  Raises:
    Refused: 400 for values of another type.
  """
  found = dict(told)
  for name in ("minutes", "seconds"):
    value = found.get(name)
    if value is None:
      found.pop(name, None)
      continue
    if isinstance(value, bool) or not isinstance(value, int | float):
      raise Refused(400, f"wanted {name} as a number")
    if not math.isfinite(value) or value < 0:
      found.pop(name)
  for name in ("decision", "comment", "client_id", "tool", "reason"):
    if found.get(name, "") is None:
      found.pop(name)
    if not isinstance(found.get(name, ""), str):
      raise Refused(400, f"wanted {name} as a text")
  return found
