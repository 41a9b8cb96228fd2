"""Parts a data set into what may be asked for and what it is tested on."""

from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, Dataset
from alx.data.patients import apart

_TRAIN, _VAL, _TEST = 0, 1, 2  # as Dataset.split


class Split(NamedTuple):
  """Item numbers of the parts, each in the order of the items' ids."""

  pool: np.ndarray  # [.] int32, may be asked for
  test: np.ndarray  # [.] int32, never asked for
  unused: np.ndarray  # [.] int32, validation items of a given split
  by: str  # "given", "group" or "item"


def split(
  dataset: Dataset,
  *,
  seed: int,
  test_items: int = 0,
  pool_only: np.ndarray | None = None,
) -> Split:
  """Parts the items; the same for any order of the same items.

  A split that the data gives is kept as it is (`seed` and `test_items` then
  say nothing); without a test part the validation part is tested on; one that
  names a single part is none. Otherwise whole groups, or items where no groups
  are known, are drawn until the test part is large enough. An item of an
  unknown patient is a group of its own. Of a group that is drawn, items that
  may not be tested on are not used; groups without such are drawn first.

  Args:
    dataset: N items.
    seed: of the draw, at least 0.
    test_items: the least number to test on, 1..N-1; 0 means a quarter.
    pool_only: [N] bool, items that nothing can be tested on; None: none.

  Raises:
    DataError: a part would be empty.
  """
  order = np.array(np.argsort(np.array(dataset.ids, object)), np.int32)
  given = _with_test(dataset.split)
  if given is not None and len(np.unique(given)) > 1:
    parts = [order[given[order] == part] for part in (_TRAIN, _TEST, _VAL)]
    return _checked(dataset, Split(*parts, "given"))
  bare = np.zeros(len(order), bool) if pool_only is None else pool_only[order]
  wanted = test_items or max(1, round((~bare).sum() / 4))
  if test_items >= len(order):
    found = f"test_items={test_items} of {len(order)} items: lower it"
    raise DataError(f"{dataset.name}: wanted items to ask for, found {found}")
  by = "item" if dataset.groups is None else "group"
  names = apart(dataset.groups or dataset.ids, dataset.ids)
  groups = np.array(names, object)[order]
  chosen = np.isin(groups, _draw(groups, seed, wanted, bare))
  parts = order[~chosen], order[chosen & ~bare], order[chosen & bare]
  return _checked(dataset, Split(*parts, by))


def with_test_part(dataset: Dataset, name: object) -> Dataset:
  """The data set, of which the validation part is the test part if none is.

  Args:
    dataset: N items.
    name: of the data, for the line about it in `notes`.
  """
  parts = _with_test(dataset.split)
  if parts is dataset.split:
    return dataset
  line = f"{name}: no test part, the validation part is tested on"
  return dataset._replace(split=parts, notes=(*dataset.notes, line))


def _with_test(parts):
  if parts is None or set(np.unique(parts).tolist()) != {_TRAIN, _VAL}:
    return parts
  return np.where(parts == _VAL, _TEST, parts).astype(np.int8)


def _draw(groups, seed, wanted, bare):
  names, place = np.unique(groups, return_inverse=True)
  counts = np.bincount(place, ~bare, len(names)).astype(int)
  drawn = np.random.default_rng(seed).permutation(len(names))
  without = np.bincount(place, bare, len(names)) == 0
  drawn = drawn[np.argsort(~without[drawn], kind="stable")]
  before = np.cumsum(counts[drawn]) - counts[drawn]
  return names[drawn[(before < wanted) & (counts[drawn] > 0)]]


def _checked(dataset, parts):
  if not len(parts.pool) or not len(parts.test):
    raise DataError(
      f"{dataset.name}: wanted items both to ask for and to test on, found "
      f"{len(parts.pool)} and {len(parts.test)} ({_how(parts.by)})"
    )
  return parts


def _how(by):
  if by == "given":
    return "the data give a split that has no train part"
  return f"split by {by}"


def ids_of(dataset: Dataset, split: Split) -> dict[str, list[str]]:
  """The ids of the items of each part, as split.json holds them."""
  return {
    part: [dataset.ids[i] for i in getattr(split, part)]
    for part in ("pool", "test", "unused")
  }
