import numpy as np
import pytest

from alx import data
from alx.data.split import with_test_part


def _dataset(ids, groups=None, split=None):
  count = len(ids)
  return data.Dataset(
    name="made",
    task="classification",
    ids=tuple(ids),
    images=(np.zeros((2, 2, 1), np.float32),) * count,
    labels=(np.array(0, np.int32),) * count,
    class_names=("no", "yes"),
    spacing_mm=(None,) * count,
    groups=groups,
    split=None if split is None else np.array(split, np.int8),
    left_out=(),
  )


def _names(dataset, items):
  return [dataset.ids[i] for i in items]


def test_a_given_split_is_kept():
  parts = data.split(_dataset("abcd", split=[2, 0, 1, 0]), seed=0)
  assert parts.by == "given"
  assert [p.tolist() for p in parts[:3]] == [[1, 3], [0], [2]]
  assert all(p.dtype == np.int32 for p in parts[:3])


def test_items_that_nothing_can_be_tested_on_are_for_the_pool():
  bare = np.array([False, True] * 4)
  for seed in range(4):
    parts = data.split(_dataset("abcdefgh"), seed=seed, pool_only=bare)
    assert len(parts.test) == 1 and not bare[parts.test].any()
    assert len(parts.pool) == 7 and not len(parts.unused)


def test_a_patient_that_is_tested_on_is_not_asked_for():
  dataset = _dataset("abcdef", groups=("x", "x", "y", "y", "z", "z"))
  bare = np.array([True, False, False, False, True, True])
  for seed in range(4):
    parts = data.split(dataset, seed=seed, test_items=1, pool_only=bare)
    assert parts.test.tolist() == [2, 3]  # nothing of theirs is bare
    parts = data.split(dataset, seed=seed, test_items=3, pool_only=bare)
    assert [p.tolist() for p in parts[:3]] == [[4, 5], [1, 2, 3], [0]]


def test_a_quarter_is_for_the_test():
  parts = data.split(_dataset("abcdefgh"), seed=0)
  assert parts.by == "item"
  assert (len(parts.pool), len(parts.test), len(parts.unused)) == (6, 2, 0)
  both = np.concatenate([parts.pool, parts.test])
  np.testing.assert_array_equal(np.sort(both), np.arange(8))


def test_the_order_of_the_files_does_not_matter():
  one, other = _dataset("abcdefgh"), _dataset("hcgafbed")
  for a, b in zip(
    data.split(one, seed=3)[:2], data.split(other, seed=3)[:2], strict=True
  ):
    assert _names(one, a) == _names(other, b)


def test_the_seed_matters():
  dataset = _dataset([f"{i:02d}" for i in range(40)])
  drawn = [data.split(dataset, seed=s).test.tolist() for s in (0, 0, 1)]
  assert drawn[0] == drawn[1]
  assert drawn[0] != drawn[2]


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_whole(seed):
  groups = tuple("xxxyyyzzzw")
  dataset = _dataset("abcdefghij", groups=groups)
  parts = data.split(dataset, seed=seed, test_items=4)
  assert parts.by == "group"
  assert 4 <= len(parts.test) <= 6
  in_pool = {groups[i] for i in parts.pool}
  assert not in_pool & {groups[i] for i in parts.test}


def test_a_split_that_names_one_part_is_none():
  parts = data.split(_dataset("abcd", split=[0] * 4), seed=0, test_items=1)
  assert (parts.by, len(parts.test)) == ("item", 1)


def test_without_a_test_part_the_validation_part_is_tested_on():
  dataset = _dataset("abcd", split=[1, 0, 0, 1])
  parts = data.split(dataset, seed=0)
  assert [p.tolist() for p in parts[:3]] == [[1, 2], [0, 3], []]
  told = with_test_part(dataset, "f")
  assert told.split.tolist() == [2, 0, 0, 2] and told.split.dtype == np.int8
  assert told.notes == ("f: no test part, the validation part is tested on",)
  assert with_test_part(told, "f") is told


@pytest.mark.parametrize("split", [None, [0, 1, 2, 2], [1] * 4, [0, 2, 2, 0]])
def test_other_splits_stay(split):
  dataset = _dataset("abcd", split=split)
  assert with_test_part(dataset, "f") is dataset


@pytest.mark.parametrize(
  ("dataset", "test_items"),
  [
    (_dataset("a"), 0),
    (_dataset("abc"), 3),
    (_dataset("abc", groups=("x",) * 3), 1),
    (_dataset("abc", split=[1, 1, 2]), 0),
  ],
)
def test_no_part_may_be_empty(dataset, test_items):
  with pytest.raises(data.DataError, match="made: wanted items"):
    data.split(dataset, seed=0, test_items=test_items)
