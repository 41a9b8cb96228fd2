import numpy as np
import pytest

from alx.data import patches
from alx.data.dataset import DataError
from alx.data.sources.source import (
  ArraySource,
  ListSource,
  NumberedIds,
  digest_of,
  read_block,
  stack_into,
)


def volumes(*extents):
  return [np.full((n, 2, 1), n, np.float32) for n in extents]


def test_numbers_are_ids():
  ids = NumberedIds(3)
  assert list(ids) == ["item_00000", "item_00001", "item_00002"]
  assert (len(ids), ids[2], ids[-3]) == (3, "item_00002", "item_00000")
  with pytest.raises(IndexError):
    ids[3]


def test_rows_of_arrays():
  arrays = {"x": np.arange(6).reshape(3, 2), "y": np.arange(3.0)}
  source = ArraySource(arrays, ids=("a", "b", "c"))
  assert (len(source), source.ids) == (3, ("a", "b", "c"))
  assert source[1]["x"].tolist() == [2, 3]
  assert source[-1]["y"] == 2.0
  rows = source.rows(1, 3)
  rows["x"][:] = 0
  assert rows["y"].tolist() == [1, 2]
  assert arrays["x"].tolist() == [[0, 1], [2, 3], [4, 5]]
  with pytest.raises(IndexError):
    source[3]


@pytest.mark.parametrize(
  ("arrays", "found"),
  [
    ({"x": np.zeros(3), "y": np.zeros(4)}, r"found \[\(3,\), \(4,\)\]"),
    ([], r"found \[\]"),
    ({"x": np.float32(1)}, r"found \[\(\)\]"),
  ],
)
def test_arrays_that_do_not_fit_together(arrays, found):
  with pytest.raises(DataError, match=found):
    ArraySource(arrays)


@pytest.mark.parametrize("ids", [("a", "b"), ("a", "b", "b")])
def test_ids_are_n_different_ones(ids):
  with pytest.raises(DataError, match="wanted 3 different ids, found"):
    ArraySource(np.zeros(3), ids)
  with pytest.raises(DataError, match="wanted 3 different ids, found"):
    ListSource(volumes(1, 2, 3), ids)


def test_a_list_of_any_extents():
  source = ListSource(volumes(3, 5), ids=("a", "b"))
  assert [source[i].shape for i in range(len(source))] == [(3, 2, 1), (5, 2, 1)]


def test_the_digest_changes_with_items_order_and_names():
  rows = np.arange(6.0).reshape(3, 2)
  sources = [
    ArraySource(rows),
    ArraySource(rows.copy()),
    ArraySource(rows[::-1]),
    ArraySource(rows, ids=("a", "b", "c")),
    ArraySource(rows, ids=("a", "c", "b")),
    ArraySource(rows.reshape(3, 2, 1)),
  ]
  digests = [digest_of(source) for source in sources]
  assert digests[0] == digests[1]
  assert len(set(digests)) == 5


def test_a_source_without_a_digest_is_read():
  one, same = ListSource(volumes(3, 5)), ListSource(volumes(3, 5))
  other = ListSource(volumes(3, 5))
  other[1][4, 1, 0] = 0
  assert digest_of(one) == digest_of(same) != digest_of(other)


@pytest.mark.parametrize("kind", [ArraySource, ListSource])
def test_the_last_block_is_filled_with_its_last_item(kind):
  source = kind(np.arange(5.0))
  blocks = [read_block(source, start, 2).tolist() for start in (0, 2, 4)]
  assert blocks == [[0, 1], [2, 3], [4, 4]]


def test_items_that_do_not_stack():
  source = ListSource(volumes(3, 5), ids=("a", "b"))
  with pytest.raises(DataError, match=r"items a to b: wanted one shape, or a"):
    read_block(source, 0, 2)


def test_stack_is_given_the_whole_block():
  source = ListSource(volumes(3, 5, 4))
  found = read_block(source, 2, 2, lambda items: [len(x) for x in items])
  assert found == [4, 4]
  rows = ArraySource(np.arange(3))
  assert read_block(rows, 1, 4, list) == [1, 2, 2, 2]


def test_one_extent_for_every_block():
  images = volumes(3, 5)
  found = stack_into(images, (4, 2), (8, 3))
  assert found.values.shape == (2, 8, 3, 1)
  assert found.size.tolist() == [[4, 2], [5, 2]]
  assert found.real.tolist() == [[3, 2], [5, 2]]
  plain = patches.stack_images(images, (4, 2))
  np.testing.assert_array_equal(found.values[:, :5, :2], plain.values)
  assert not found.values[:, 5:].any() and not found.values[:, :, 2:].any()


def test_an_image_beyond_the_extent():
  with pytest.raises(
    DataError, match=r"up to \[4, 2\], found \[\[3, 2\], \[5, 2\]\]"
  ):
    stack_into(volumes(3, 5), (3, 2), (4, 2))
