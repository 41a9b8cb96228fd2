"""Damaged and odd data sets, one after the other, at the door of the readers.

  python -m experiments.benchmarks.fuzz_readers --seconds=600

Every input has one of two outcomes: a data set that fits together, or a
`DataError` of one line. Whatever else happens is a fault: it is printed with
the number that makes it again (--only=NUMBER), and the exit code is 1.
"""

import collections
import itertools
import pathlib
import sys
import tempfile
import time
import traceback
import warnings

import numpy as np
from absl import app, flags

from alx import data
from alx.data.dataset import DataError
from experiments.benchmarks import fuzz_cases, fuzz_damage

_SECONDS = flags.DEFINE_float("seconds", 600.0, "How long.", lower_bound=0.1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the inputs.", lower_bound=0)
_ONLY = flags.DEFINE_integer("only", None, "One input, by its number.")
_FAULT = "FAULT"


def main(_: list[str]) -> None:
  """Prints how often each outcome was, by kind of data."""
  counts, faults = collections.Counter(), []
  end = time.monotonic() + _SECONDS.value
  numbers = itertools.count() if _ONLY.value is None else [_ONLY.value]
  for number in numbers:
    if time.monotonic() > end:
      break
    kind, outcome, words = outcome_of(_SEED.value, number)
    counts[kind, outcome] += 1
    if outcome == _FAULT:
      faults.append(number)
      print(f"input {number} ({kind}): {words}", file=sys.stderr)
  tell(counts)
  if faults:
    sys.exit(1)


def tell(counts: collections.Counter) -> None:
  """A line for each kind and outcome, and the sum."""
  for (kind, outcome), count in sorted(counts.items()):
    print(f"{kind:24} {outcome:8} {count:8}")
  print(f"{'all':33} {counts.total():8}")


def outcome_of(seed: int, number: int) -> tuple[str, str, str]:
  """The kind of an input, "read", "refused" or "FAULT", and its line."""
  rng = np.random.default_rng((seed, number))
  with tempfile.TemporaryDirectory() as name, np.errstate(all="ignore"):
    kind, path = fuzz_cases.make(rng, pathlib.Path(name))
    harmed = fuzz_damage.harm(rng, path)
    try:
      found = _loaded(path)
      check(found)
    except DataError as error:
      whole = len(str(error).splitlines()) == 1
      outcome = "refused" if whole else _FAULT
      return kind + harmed, outcome, str(error)
    except Exception:  # the fault that is looked for
      return kind + harmed, _FAULT, traceback.format_exc()
  return kind + harmed, "read", ""


def _loaded(path):
  """What is read, without a warning."""
  with warnings.catch_warnings(), np.errstate(all="warn"):
    warnings.simplefilter("error")
    return data.load(path)


def check(found: data.Dataset) -> None:
  """Raises AssertionError where the parts of a data set do not fit."""
  count, classes = len(found.ids), len(found.class_names)
  per_item = found.images, found.labels, found.spacing_mm
  assert count and all(len(part) == count for part in per_item)
  assert len(set(found.ids)) == count and len(set(found.class_names)) == classes
  assert found.groups is None or len(found.groups) == count
  assert found.split is None or set(found.split.tolist()) <= {0, 1, 2}
  for image, label in zip(found.images, found.labels, strict=True):
    assert np.isfinite(image).all() and image.dtype in ("uint8", "float32")
    assert np.all((label >= 0) & (label < classes))
    is_map = found.task == "segmentation"
    assert label.shape == (image.shape[:-1] if is_map else ())
  lines = (*found.left_out, *found.notes)
  assert all(len(line.splitlines()) == 1 for line in lines)


if __name__ == "__main__":
  app.run(main)
