import numpy as np
import pytest
from PIL import Image

from alx import data


def write(folder, **values):
  """PATH/name of a class/number.png of one gray value each."""
  for name, grays in values.items():
    place = folder / name
    place.mkdir(parents=True)
    for i, gray in enumerate(grays):
      Image.new("L", (4, 4), gray).save(place / f"{name}-{gray}-{i}.png")


def test_a_folder_per_class(tmp_path):
  write(tmp_path, TUM=[9], ADI=[1, 2])
  (tmp_path / "ADI" / "notes.txt").write_text("not a picture")
  found = data.load(tmp_path)
  assert found.task == "classification" and found.class_names == ("ADI", "TUM")
  assert found.ids == ("ADI-1-0", "ADI-2-1", "TUM-9-0")
  assert [int(y) for y in found.labels] == [0, 0, 1]
  assert [int(x[0, 0, 0]) for x in found.images] == [1, 2, 9]
  assert found.split is None and found.groups is None


def test_the_published_folders_are_the_split(tmp_path):
  write(tmp_path / "NCT-CRC-HE-100K", ADI=[1], TUM=[2, 3])
  write(tmp_path / "CRC-VAL-HE-7K", ADI=[4], TUM=[5])
  found = data.load(tmp_path, image_size=2)
  split = dict(zip(found.ids, found.split.tolist(), strict=True))
  assert split == {
    "ADI-1-0": 0,
    "TUM-2-0": 0,
    "TUM-3-1": 0,
    "ADI-4-0": 2,
    "TUM-5-0": 2,
  }
  assert {x.shape for x in found.images} == {(2, 2, 3)}


def test_equal_names_get_their_folders(tmp_path):
  write(tmp_path / "train", a=[1], b=[1])
  write(tmp_path / "test", a=[1], b=[1])
  found = data.load(tmp_path)
  assert len(set(found.ids)) == 4 and "train_a_a-1-0" in found.ids
  np.testing.assert_array_equal(np.sort(found.split), [0, 0, 2, 2])


def test_one_name_twice_in_a_class(tmp_path):
  write(tmp_path, a=[1], b=[1])
  Image.new("L", (4, 4)).save(tmp_path / "a" / "a-1-0.tif")
  with pytest.raises(data.DataError) as error:
    data.load(tmp_path)
  assert str(error.value).endswith(
    "wanted another name for each picture, found a/a-1-0.png and a/a-1-0.tif"
  )


@pytest.mark.parametrize(
  ("names", "message"),
  [
    (("Benign", "benign"), "wanted one spelling of 'Benign', found 'benign'"),
    (
      ("L\xe4sion", "La\u0308sion"),
      r"wanted one spelling of 'La\u0308sion', found 'L\xe4sion'",
    ),
  ],
)
@pytest.mark.parametrize("parts", [("", ""), ("train", "test")])
def test_two_spellings_are_not_two_classes(tmp_path, names, message, parts):
  for part, name in zip(parts, names, strict=True):
    write(tmp_path / part, **{name: [1]})
  for part in {*parts}:
    write(tmp_path / part, normal=[2])
  with pytest.raises(data.DataError) as error:
    data.load(tmp_path)
  assert str(error.value) == f"{tmp_path}: {message}"


def test_what_makes_no_sense_is_told(tmp_path):
  write(tmp_path / "one", a=[1])
  with pytest.raises(data.DataError, match="two or more classes"):
    data.load(tmp_path / "one")
  write(tmp_path / "two" / "train", a=[1], b=[1])
  write(tmp_path / "two" / "test", a=[1], c=[1])
  with pytest.raises(data.DataError, match=r"train: wanted the classes \['a'"):
    data.load(tmp_path / "two")
  write(tmp_path / "three" / "train", a=[1], b=[1])
  write(tmp_path / "three" / "NCT-CRC-HE-100K", a=[1], b=[1])
  with pytest.raises(data.DataError, match="one folder for each part"):
    data.load(tmp_path / "three")
