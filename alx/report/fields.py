"""What fields of a run's JSON files must be; one that is not is left out.

Who reads them need not ask again: a field is of its kind, None or not there.
"""

from collections.abc import Callable, Mapping
from typing import Any


def is_text(value: Any) -> bool:
  """Whether it is a text."""
  return isinstance(value, str)


def is_count(value: Any) -> bool:
  """Whether it is a whole number from 0 on."""
  return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_flag(value: Any) -> bool:
  """Whether it is true or false."""
  return isinstance(value, bool)


def _list_of(kind):
  return lambda value: isinstance(value, list) and all(map(kind, value))


def _object_of(kinds):
  """An object whose fields, as far as they are there, are of these kinds."""
  return lambda value: isinstance(value, dict) and not _wrong(value, kinds)


def _by_name(kind):
  """An object whose values are all of one kind."""
  return lambda value: (
    isinstance(value, dict) and all(map(kind, value.values()))
  )


Kinds = Mapping[str, Callable[[Any], bool]]
_TEXTS = _list_of(is_text)
CONFIG: Kinds = {
  **dict.fromkeys(("budget", "unit", "answer", "stop_mode"), is_text),
  **dict.fromkeys(("seeds", "first_seed", "rounds", "pictures"), is_count),
  **dict.fromkeys(("max_per_item", "max_per_group"), is_count),
  **dict.fromkeys(("full", "warm", "flips", "flips_by_labels"), is_flag),
  **{"acquisition": _TEXTS, "stop": _TEXTS, "flip_axes": _list_of(is_count)},
}
DATASET: Kinds = {
  **dict.fromkeys(("name", "task", "metric", "metric_why"), is_text),
  **dict.fromkeys(("distance_unit", "split_by"), is_text),
  **dict.fromkeys(("num_pool", "num_test"), is_count),
  **{"class_names": _TEXTS, "left_out": _TEXTS},
  "classes": _by_name(_by_name(is_count)),
  "images": _object_of({"axes": is_count, "values": is_text}),
  "scored": _object_of(
    {
      **dict.fromkeys(("per", "kind"), is_text),
      **dict.fromkeys(("items", "cases", "patients"), is_count),
    }
  ),
}
SPLIT: Kinds = dict.fromkeys(("pool", "test", "unused"), _TEXTS)
OF_FILES = {"config": CONFIG, "dataset": DATASET, "split": SPLIT}


def well_formed(file: str, content: dict) -> tuple[dict, list[str]]:
  """(what can be read, a line for each field that cannot).

  Args:
    file: name without its ending; what is in others is left as it is.
    content: of the file.
  """
  wrong = _wrong(content, OF_FILES.get(file, {}))
  told = [
    f"{file}.json: {name} is {_short(content[name])}, which it cannot be; it "
    "is read as if it were not there."
    for name in wrong
  ]
  return {k: v for k, v in content.items() if k not in wrong}, told


def _wrong(content, kinds):
  return [
    name
    for name, is_kind in kinds.items()
    if content.get(name) is not None and not is_kind(content[name])
  ]


def _short(value):
  text = repr(value)
  return text if len(text) <= 40 else f"{text[:40]}…"
