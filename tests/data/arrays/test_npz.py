import zipfile

import numpy as np
import pytest

from alx import data

_IMAGES = np.arange(2 * 5 * 6, dtype=np.uint8).reshape(2, 5, 6)
_MAPS = (_IMAGES % 3).astype(np.uint8)


def _save(folder, **arrays):
  path = folder / "set.npz"
  np.savez_compressed(path, **arrays)
  return path


def test_maps_of_the_images_shape_are_segmentation(tmp_path):
  found = data.load(_save(tmp_path, images=_IMAGES, labels=_MAPS))
  assert (found.name, found.task) == ("set", "segmentation")
  assert found.ids == ("item_00000", "item_00001")
  assert found.images[0].shape == (5, 6, 1)
  assert found.labels[0].dtype == np.uint8
  np.testing.assert_array_equal(found.labels[1], _MAPS[1])
  assert found.class_names == ("background", "class 1", "class 2")
  assert found.spacing_mm == (None, None)
  assert found.groups is None
  assert found.split is None


@pytest.mark.parametrize(
  ("images", "labels", "image"),
  [
    ((2, 5, 6), (2, 5, 6, 1), (5, 6, 1)),
    ((2, 5, 6, 1), (2, 5, 6, 1), (5, 6, 1)),
    ((2, 5, 6, 3), (2, 5, 6), (5, 6, 3)),
    ((2, 5, 6, 7), (2, 5, 6), (5, 6, 7)),
    ((2, 5, 6, 7), (2, 5, 6, 7), (5, 6, 7, 1)),
    ((2, 5, 6, 7, 4), (2, 5, 6, 7), (5, 6, 7, 4)),
    ((2, 5, 6), (2,), (5, 6, 1)),
    ((2, 5, 6), (2, 1), (5, 6, 1)),
    ((2, 5, 6, 3), (2, 1), (5, 6, 3)),
    ((2, 5, 6, 4), (2,), (5, 6, 4)),
    ((2, 5, 6, 7), (2,), (5, 6, 7, 1)),
    ((2, 5, 6, 7, 2), (2,), (5, 6, 7, 2)),
  ],
)
def test_shapes_tell_channels_and_task(tmp_path, images, labels, image):
  values = np.arange(np.prod(labels)).reshape(labels) % 2
  path = _save(tmp_path, images=np.ones(images, np.uint8), labels=values)
  found = data.load(path)
  assert found.images[0].shape == image
  is_map = found.task == "segmentation"
  assert found.labels[0].shape == (image[:-1] if is_map else ())
  assert found.labels[0].dtype == (np.uint8 if is_map else np.int32)


def test_all_that_a_file_may_say(tmp_path):
  path = _save(
    tmp_path,
    images=_IMAGES,
    labels=np.array([1, 0]),
    ids=np.array(["left", "right"]),
    patient=np.array([7, 7], np.int16),
    split=np.array(["train", "test"]),
    class_names=np.array(["well", "ill", "unsure"]),
    spacing_mm=np.array([[1.0, 0.5], [2.0, 1.0]]),
  )
  found = data.load(path)
  assert found.ids == ("left", "right")
  assert found.groups == ("7", "7")
  assert found.split.tolist() == [0, 2]
  assert found.class_names == ("well", "ill", "unsure")
  assert [int(label) for label in found.labels] == [1, 0]
  assert found.spacing_mm == ((1.0, 0.5), (2.0, 1.0))


def test_label_values_with_gaps_become_classes(tmp_path):
  maps = np.where(_MAPS > 0, 255, 0)
  found = data.load(_save(tmp_path, images=_IMAGES, labels=maps))
  assert found.class_names == ("background", "class 255")
  np.testing.assert_array_equal(found.labels[0], _MAPS[0] > 0)


def test_where_keeps_ids_and_classes(tmp_path):
  path = _save(
    tmp_path, images=_IMAGES, labels=np.array([0, 5]), frame=np.array([1, 2])
  )
  found = data.load(path, where="frame = 2")
  assert found.ids == data.load(path).ids[1:]
  assert found.class_names == ("class 0", "class 5")
  assert int(found.labels[0]) == 1


def _medmnist(shape):
  parts = {}
  for part, count in (("train", 3), ("val", 1), ("test", 2)):
    parts[f"{part}_images"] = np.full((count, *shape), count, np.uint8)
    parts[f"{part}_labels"] = np.arange(count, dtype=np.uint8)[:, None]
  return parts


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 3), (8, 8, 8)])
def test_medmnist(tmp_path, shape):
  found = data.load(_save(tmp_path, **_medmnist(shape)))
  assert found.task == "classification"
  assert found.ids[2:5] == ("train_00002", "val_00000", "test_00000")
  assert found.split.tolist() == [0, 0, 0, 1, 2, 2]
  assert [int(label) for label in found.labels] == [0, 1, 2, 0, 0, 1]
  wanted = shape if shape[-1] == 3 else (*shape, 1)
  assert found.images[0].shape == wanted


_GOOD = {"images": _IMAGES, "labels": np.array([0, 1])}
_BAD = {
  "an array labels": {"images": _IMAGES},
  "an array images": {"pictures": _IMAGES},
  r"images \(2, 5, 6\), found labels \(3,\)": {"labels": np.arange(3)},
  r"found labels \(2, 14\)": {"labels": np.zeros((2, 14), int)},
  r"found labels \(2, 5, 7\)": {"labels": np.zeros((2, 5, 7), int)},
  "found 0.5": {"labels": np.array([0, 0.5])},
  "classes, found 1": {"labels": np.array([0, 0])},
  "real numbers": {"images": _IMAGES.astype(complex)},
  r"found uint8 \(2, 5\)": {"images": _IMAGES[..., 0]},
  r"Object arrays.*\(array labels\)": {"labels": np.array([None, 1])},
  r"\(array note\)": {"note": np.array([{}])},
  "2 different ids": {"ids": np.array(["a", "a"])},
  "file names": {"ids": np.array(["a", "../b"])},
  r"found \['3'\]": {"split": np.array([0, 3])},
  "split of 0, 1, 2": {"split": np.array([0])},
  "spacing_mm": {"spacing_mm": np.array([1.0, -1.0])},
  r"\[0, 1\], as there are 2 names, found \[0, 2\]": {
    "labels": np.array([0, 2]),
    "class_names": np.array(["a", "b"]),
  },
  "'a' for 0 and 1": {"class_names": np.array(["a", " a"])},
  "a name for class 1": {"class_names": np.array([b"a", b""])},
  "patient of each of the 2 items": {"patient": np.array([1, 2, 3])},
  "an array train_labels": {"train_images": _IMAGES},
  "with labels": {"train_images": _IMAGES, "train_labels": np.arange(5)},
}


@pytest.mark.parametrize("found", _BAD)
def test_arrays_that_do_not_fit(tmp_path, found):
  missing = len(_BAD[found]) == 1 and found.startswith("an array")
  path = _save(tmp_path, **({} if missing else _GOOD) | _BAD[found])
  with pytest.raises(data.DataError, match=found) as error:
    data.load(path)
  assert str(error.value).startswith(str(path))
  assert "\n" not in str(error.value)


def test_a_damaged_file(tmp_path):
  path = _save(tmp_path, **_GOOD)
  content = path.read_bytes()
  spoilt = bytearray(content)
  spoilt[60] ^= 255
  for damaged in (content[:-30], content[:200], bytes(spoilt)):
    path.write_bytes(damaged)
    with pytest.raises(data.DataError, match="a whole"):
      data.load(path)


def test_a_zip_of_something_else(tmp_path):
  path = tmp_path / "other.npz"
  with zipfile.ZipFile(path, "w") as archive:
    archive.writestr("readme.txt", "hello")
  with pytest.raises(data.DataError, match=r"array images, found \['readme"):
    data.load(path)


def test_an_item_with_nan_is_left_out(tmp_path):
  images = _IMAGES.astype(np.float32)
  images[0, 0, 0] = np.nan
  path = _save(tmp_path, images=images, labels=np.array([0, 1]))
  found = data.load(path)
  assert found.ids == ("item_00001",)
  assert len(found.labels) == len(found.spacing_mm) == 1
  assert "set.npz, item_00000: wanted finite" in found.left_out[0]
  with pytest.raises(data.DataError, match="item_00000"):
    data.load(path, strict=True)


def test_the_heart_slices(shared_data):
  path = shared_data / "acdc" / "acdc_slices_128.npz"
  found = data.load(path, where="frame=1,split=0")
  assert len(found.ids) == 656
  assert len(set(found.groups)) == 70
  assert found.class_names[0] == "background"
  assert len(found.class_names) == 4
  assert all("_frame1_slice" in name for name in found.ids)


@pytest.mark.parametrize(
  ("name", "counts"),
  [("breastmnist", [546, 78, 156]), ("pneumoniamnist", [4708, 524, 624])],
)
def test_medmnist_files(shared_data, name, counts):
  found = data.load(shared_data / "medmnist" / f"{name}.npz")
  assert np.bincount(found.split).tolist() == counts
  assert found.images[0].shape == (28, 28, 1)
  assert len(found.class_names) == 2
