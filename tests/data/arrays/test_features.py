import numpy as np
import pytest

from alx import data
from alx.data.arrays.features import read_features, standardise, with_features

ROWS = np.array([[1.0, 5.0], [3.0, 5.0], [5.0, 5.0], [7.0, 5.0]])


def save(path, **arrays):
  np.savez(path, **arrays)
  return path


@pytest.fixture
def embeddings(tmp_path):
  return save(tmp_path / "e.npz", features=ROWS, labels=np.array([0, 1, 0, 1]))


def test_columns_are_standardised_and_a_constant_one_is_zero():
  rows = standardise(ROWS)
  np.testing.assert_allclose(rows[:, 0], np.array([-3, -1, 1, 3]) / 5**0.5)
  assert (rows[:, 1] == 0).all() and rows.dtype == np.float32


def test_an_npz_of_features_and_labels_is_a_data_set(embeddings):
  dataset = data.load(embeddings)
  assert dataset.task == "classification" and len(dataset.ids) == 4
  np.testing.assert_array_equal(np.stack(dataset.images), standardise(ROWS))
  assert [int(x) for x in dataset.labels] == [0, 1, 0, 1]


def test_a_row_that_is_not_finite_is_left_out(tmp_path):
  rows = np.concatenate([ROWS, [[np.nan, 0]]])
  path = save(tmp_path / "e.npz", features=rows, labels=np.arange(5) % 2)
  dataset = data.load(path)
  assert len(dataset.ids) == 4 and "finite" in dataset.left_out[0]
  np.testing.assert_array_equal(np.stack(dataset.images), standardise(ROWS))


@pytest.mark.parametrize(
  ("arrays", "wanted"),
  [
    ({"features": ROWS}, "labels to the features"),
    ({"features": ROWS[0], "labels": np.arange(2)}, "real numbers"),
    ({"features": ROWS, "labels": np.arange(3)}, r"labels \[N\]"),
    ({"features": ROWS.astype(str), "labels": np.arange(4)}, "real numbers"),
  ],
)
def test_arrays_that_do_not_fit_are_told(tmp_path, arrays, wanted):
  with pytest.raises(data.DataError, match=wanted):
    data.load(save(tmp_path / "e.npz", **arrays))


def test_rows_without_ids_are_in_the_order_of_the_items(embeddings, tmp_path):
  dataset = data.load(embeddings)
  np.save(tmp_path / "f.npy", ROWS[::-1])
  found = with_features(dataset, tmp_path / "f.npy")
  np.testing.assert_array_equal(np.stack(found.images), standardise(ROWS[::-1]))
  assert found.ids == dataset.ids


def test_rows_with_ids_are_looked_up(embeddings, tmp_path):
  dataset = data.load(embeddings)
  ids = np.array(["other", *dataset.ids[::-1]])
  rows = np.concatenate([[[9.0, 9.0]], ROWS[::-1]])
  path = save(tmp_path / "f.npz", features=rows, ids=ids)
  found = with_features(dataset, path)
  np.testing.assert_array_equal(np.stack(found.images), standardise(ROWS))
  path = save(tmp_path / "g.npz", features=rows[:3], ids=ids[:3])
  with pytest.raises(data.DataError, match="none for 2 of them"):
    with_features(dataset, path)


def test_what_cannot_be_used_is_told(embeddings, tmp_path):
  dataset = data.load(embeddings)
  np.save(tmp_path / "f.npy", ROWS[:3])
  with pytest.raises(data.DataError, match="3 rows and no ids"):
    with_features(dataset, tmp_path / "f.npy")
  np.save(tmp_path / "g.npy", np.where(ROWS == 3, np.inf, ROWS))
  with pytest.raises(
    data.DataError, match="in 1 rows, the first of item_00001"
  ):
    with_features(dataset, tmp_path / "g.npy")
  with pytest.raises(data.DataError, match="a classification task"):
    with_features(dataset._replace(task="segmentation"), tmp_path / "f.npy")


@pytest.mark.parametrize("content", [b"", b"no array", b"PK\x03\x04 cut off"])
def test_a_file_of_another_kind_is_told(tmp_path, content):
  (tmp_path / "f.npy").write_bytes(content)
  with pytest.raises(data.DataError, match=r"an \.npy"):
    read_features(tmp_path / "f.npy")


def test_pickled_objects_are_refused(tmp_path):
  np.save(tmp_path / "f.npy", np.array([[{}]], dtype=object))
  with pytest.raises(data.DataError, match=r"an \.npy"):
    read_features(tmp_path / "f.npy")


@pytest.mark.parametrize(
  ("ids", "found"),
  [
    (np.arange(40), "40 ids, 40 different ones"),  # more ids than rows
    (np.arange(3), "3 ids, 3 different ones"),
    (np.array([0, 1, 2, 2]), "4 ids, 3 different ones"),
  ],
)
def test_every_row_has_an_id_of_its_own(tmp_path, ids, found):
  path = save(tmp_path / "f.npz", features=ROWS, ids=ids)
  with pytest.raises(data.DataError, match=f"4 different ids, found {found}"):
    read_features(path)


def test_no_file_is_told(tmp_path):
  with pytest.raises(data.DataError, match=r"none\.npz: .* found no file"):
    read_features(tmp_path / "none.npz")
  with pytest.raises(data.DataError, match="found a folder"):
    read_features(tmp_path)


def test_an_npy_stays_in_its_file(tmp_path):
  np.save(tmp_path / "f.npy", ROWS)
  rows, ids = read_features(tmp_path / "f.npy")
  assert isinstance(rows, np.memmap) and ids is None
