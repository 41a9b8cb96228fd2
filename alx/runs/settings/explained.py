"""Every setting in a line: what --help_settings prints, read from `Config`."""

import dataclasses
import inspect
import re
import textwrap
from typing import NamedTuple

from alx.runs.settings.config import Config

_FIELD = re.compile(r"  (?P<name>\w+): .*?(?:  # (?P<comment>.*))?")
_MORE = re.compile(r"  #  (?P<comment>.*)")
_HEADING = re.compile(r"  # (?P<title>\S.*)")
_INDENT = 4


class Setting(NamedTuple):
  """A field of `Config`."""

  name: str
  default: str  # as --set takes it
  meaning: str


def grouped() -> dict[str, list[Setting]]:
  """The settings under their headings, in the order of `Config`."""
  defaults = {f.name: f.default for f in dataclasses.fields(Config)}
  groups, title = {}, ""
  for line in _lines():
    field, more = _FIELD.fullmatch(line), _MORE.fullmatch(line)
    heading = _HEADING.fullmatch(line)
    if field and field["name"] in defaults:
      name, meaning = field["name"], field["comment"] or ""
      setting = Setting(name, written(defaults[name]), meaning)
      groups.setdefault(title, []).append(setting)
    elif more and groups:
      last = groups[title][-1]
      text = f"{last.meaning} {more['comment'].strip()}"
      groups[title][-1] = last._replace(meaning=text)
    elif heading:
      title = heading["title"]
  return groups


def _lines():
  """The fields of `Config` in its source; without comments if there is none."""
  try:
    source = inspect.getsource(Config)
  except OSError:
    return [f"  {f.name}: {f.type}" for f in dataclasses.fields(Config)]
  return source.partition("  def ")[0].splitlines()


def written(value: object) -> str:
  """A value as --set takes it."""
  if isinstance(value, tuple):
    return ",".join(map(str, value))
  return str(value)


def told(width: int = 80) -> str:
  """All of it as text."""
  lines = ["--set=field=value changes one of these; repeatable."]
  for title, settings in grouped().items():
    lines += ["", f"{title}:" if title else ""]
    for setting in settings:
      text = f"{setting.name}={setting.default}  {setting.meaning}"
      lines += textwrap.wrap(
        text,
        width,
        initial_indent="  ",
        subsequent_indent=" " * (2 + _INDENT),
        break_on_hyphens=False,
        break_long_words=False,
      )
  return "\n".join(lines)
