"""Small files that are there whole or not at all."""

import json
import os
import pathlib
import secrets


def write_json(path: pathlib.Path, value: dict) -> None:
  """Writes a JSON object; a reader sees the old one or the new one."""
  partial = path.with_name(f".partial-{secrets.token_hex(8)}")
  with open(partial, "x", encoding="utf-8") as file:
    json.dump(value, file, indent=2)
    file.write("\n")
    file.flush()
    os.fsync(file.fileno())
  os.replace(partial, path)


def read_json(path: pathlib.Path) -> dict | None:
  """The JSON object of a file; None if there is no file, or none in it."""
  try:
    value = json.loads(path.read_text(encoding="utf-8"))
  except (OSError, ValueError, RecursionError):
    return None
  return value if isinstance(value, dict) else None


def foreign_names(folder: pathlib.Path, own) -> list[str]:
  """Names in a folder, not hidden, that `own(name)` does not know, sorted."""
  names = (p.name for p in folder.iterdir() if not p.name.startswith("."))
  return sorted(name for name in names if not own(name))
