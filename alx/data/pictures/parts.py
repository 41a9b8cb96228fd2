"""Names of the folders that a data set is parted into."""

import pathlib
import re
from collections.abc import Sequence

from alx.data.files import visible

PARTS = {  # train 0, val 1, test 2
  "train": 0,
  "training": 0,
  "val": 1,
  "valid": 1,
  "validation": 1,
  "dev": 1,
  "test": 2,
  "testing": 2,
}
_SHARES = {  # that are none of the three
  *("fold", "folds", "part", "parts", "batch", "chunk", "shard", "split"),
  *("subset", "holdout", "external", "eval", "evaluation"),
  *("labeled", "labelled", "unlabeled", "unlabelled"),
}
_THINGS = {"image", "images", "img", "imgs", "pictures", "data", "dataset"}
_THINGS |= {"set", "folder"}
_AROUND = _THINGS | {
  "stage",
  "phase",
  "input",
  "original",
  "resized",
  "cropped",
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GLUED = re.compile(r"(?i)^(train|test|val)(?=(set|data|images?|imgs?|val)\b)")


def subfolders(path: pathlib.Path) -> list[pathlib.Path]:
  """Folders in a folder that are not hidden, sorted."""
  return [p for p in visible(path) if p.is_dir()]


def number_of(name: str) -> int | None:
  """The part that a name tells: train 0, val 1, test 2; None: none of them."""
  return next((PARTS[w] for w in _words(name) if w in PARTS), None)


def parts_among(names: Sequence[str]) -> list[str]:
  """Those names that are made of the words of parts, and numbers, alone.

  Such as train2017, "Test Set", trainA, fold_1, images_002 and unlabeled; words
  that all names have, such as that of the data set, say nothing.
  """
  words = [_words(name) for name in names]
  common = set.intersection(*map(set, words)) if len(words) > 1 else set()
  return [
    name
    for name, own in zip(names, words, strict=True)
    if _names_part(own) and all(w in common or _is_known(w) for w in own)
  ]


def _names_part(words):
  if any(word in PARTS or word in _SHARES for word in words):
    return True
  return not _THINGS.isdisjoint(words) and any(map(str.isdigit, words))


def _is_known(word):
  known = word in PARTS or word in _SHARES or word in _AROUND
  return known or word.isdigit() or len(word) == 1


def _words(name):
  glued = _GLUED.sub(r"\1 ", name)
  return [word.lower() for word in _WORD.findall(glued)]
