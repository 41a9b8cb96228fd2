"""Names of a package that are looked up when they are first used."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazily(
  package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
  """(`__getattr__`, `__dir__`) of a package.

  Args:
    package: its `__name__`.
    homes: of each name the module that has it; PACKAGE.NAME is the name itself.
  """

  def look_up(name: str) -> Any:
    if name not in homes:
      raise AttributeError(f"module {package!r} has no attribute {name!r}")
    home = importlib.import_module(homes[name])
    inside = homes[name] == f"{package}.{name}"
    value = home if inside else getattr(home, name)
    setattr(sys.modules[package], name, value)
    return value

  def names() -> list[str]:
    return sorted({*vars(sys.modules[package]), *homes})

  return look_up, names
