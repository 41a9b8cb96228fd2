"""Where cases go out with drafts and answers come back."""

import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import numpy as np

from alx.effort.readers import Answer, answer_of, habits_of
from alx.runs.compare import Comparison
from experiments.nocode.plan import Row


class Case(NamedTuple):
  """What is handed to a reader."""

  name: str
  patient: str
  truth: np.ndarray  # [*sp]; only a simulated reader looks at it
  spacing_mm: tuple[float, ...] | None


# (cases, drafts or None for each) -> answers
Desk = Callable[[Sequence[Case], Sequence[np.ndarray | None]], list[Answer]]


def memory_desk(
  row: Row, ready: Comparison, plane: int | str | None = None
) -> Desk:
  """A simulated reader beside the loop, nothing in between.

  Args:
    row: with the reader, a name of `alx.effort.readers.BY_NAME`, and the seed:
      a case has one opinion in it, whatever is shown.
    ready: with the classes.
    plane: contours are drawn in.
  """
  habits = habits_of(row.reader)
  num_classes = len(ready.problem.dataset.class_names)

  def read(cases, drafts):
    return [
      answer_of(
        key_of(row.reader, row.seed, case.name),
        habits,
        case.truth,
        draft,
        num_classes,
        spacing_mm=case.spacing_mm,
        plane=plane if case.truth.ndim == 3 else None,
      )
      for case, draft in zip(cases, drafts, strict=True)
    ]

  return read


def key_of(reader: str, seed: int, case: str) -> jax.Array:
  """The key of a reader with a case."""
  key = jax.random.key(seed)
  for name in (reader, case):
    key = jax.random.fold_in(key, zlib.crc32(name.encode()))
  return key
