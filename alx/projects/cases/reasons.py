"""Why an image is left out, in words that tell nobody whose it is."""

import pathlib
import re
import unicodedata
from collections.abc import Iterable

from alx.data.dataset import DataError
from alx.data.volumes import nifti

_WANTED, _FOUND = ": wanted ", ", found "
_UNTOLD = "one that cannot be used (its name would be told with the reason)"
_LEAST = 3  # letters of a name; fewer are words such as "in"


def names_in(files: Iterable[pathlib.Path]) -> frozenset[str]:
  """What files and the folders above them are called, without endings too."""
  found = set()
  for file in files:
    found.update(file.parts, (file.stem, nifti.stem(file) or ""))
  return frozenset(filter(None, map(_plain, found)))


def of_error(error: Exception, names: Iterable[str]) -> str:
  """What is wrong with an image, where an error names its file.

  Args:
    error: from reading it.
    names: that must not be told, see `names_in`.
  """
  if not isinstance(error, DataError):
    return of_text(f"not read: {error}", names)
  return of_text(str(error), names)


def of_text(text: str, names: Iterable[str]) -> str:
  """The same of the line of an error, or of what stands behind the file.

  The file is not looked for, as it may be another of the image, or be spelled
  in another way: all before what was wanted goes. A line that still holds a
  path, or a name of three letters or more, is not told at all. Names that are
  words, such as "tilted", count behind what was found alone: what was wanted is
  in words of ours.
  """
  _, wanted, rest = text.partition(_WANTED)
  told = _plain(rest if wanted else text)
  found = told.partition(_FOUND)[2] or told
  if any(separator in told for separator in "/\\") or any(
    _is_in(name, found if _is_word(name) else told) for name in names
  ):
    return _UNTOLD
  return f"the image{wanted}{rest}" if wanted else text


def _plain(text):
  """Letters composed and blanks single, as `bad_input` writes them."""
  return " ".join(unicodedata.normalize("NFC", text).split())


def _is_word(name):
  return name.isalpha() and name.islower()


def _is_in(name, text):
  pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
  return len(name) >= _LEAST and re.search(pattern, text)
