import io

import numpy as np
import pytest
from PIL import Image

from alx.data import DataError, intensity
from alx.data.unlabelled import pictures
from alx.data.unlabelled.case import Wanted
from alx.data.unlabelled.volumes import files_below
from tests import picture_cases

COLOUR = Wanted(axes=2, channels=3, is_bytes=True)


def found(path, wanted=COLOUR):
  return pictures.find(files_below(path, path / "nowhere"), path, wanted)


def ids(path, wanted=COLOUR):
  return [case.id for case in found(path, wanted).cases]


def test_a_flat_folder_and_one_file(tmp_path):
  values = picture_cases.picture(tmp_path / "b.png")
  picture_cases.picture(tmp_path / "a.png")
  assert ids(tmp_path) == ["a", "b"]
  cases = found(tmp_path / "b.png")
  np.testing.assert_array_equal(cases.read(cases.cases[0]).image, values)


def test_masks_are_passed_over(tmp_path):
  picture_cases.pairs(tmp_path / "p/images", tmp_path / "p/masks")
  assert ids(tmp_path / "p") == ["a", "b", "c"]
  picture_cases.picture(tmp_path / "q/a.png")
  picture_cases.mask(tmp_path / "q/a_mask.png")
  assert ids(tmp_path / "q") == ["a"]
  assert "1 masks passed over" in found(tmp_path / "q").notes[0]


def test_classes_are_folders_and_no_masks(tmp_path):
  picture_cases.classes(tmp_path, ("mask", "none"), 1)
  of_classes = COLOUR._replace(of_maps=False)
  assert ids(tmp_path, of_classes) == ["mask-0", "none-0"]
  more = "mask_none-0", "none_none-0"
  picture_cases.picture(tmp_path / "mask/none-0.png")
  assert ids(tmp_path, of_classes) == ["mask_mask-0", *more]


def test_gray_for_a_model_of_one_channel(tmp_path):
  gray = Wanted(axes=2, channels=1, is_bytes=False)
  Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(
    tmp_path / "a.png"
  )
  picture_cases.picture(tmp_path / "b.png")
  cases = found(tmp_path, gray)
  assert cases.read(cases.cases[0]).image.shape == (8, 8, 1)
  with pytest.raises(DataError, match=r"wanted gray, .* found colours"):
    cases.read(cases.cases[1])


def test_a_class_is_of_the_whole_picture(tmp_path):
  picture_cases.picture(tmp_path / "a.png")
  few = COLOUR._replace(of_maps=False, most=(6, 6))
  cases = found(tmp_path, few)
  with pytest.raises(DataError, match=r"wanted images up to 6x6, .* found 8x8"):
    cases.read(cases.cases[0])
  cases = found(tmp_path, few._replace(image_size=6))
  assert cases.read(cases.cases[0]).image.shape == (6, 6, 3)


def test_numbers_as_sixteen_bits():
  numbers = pictures.of_sixteen_bits(np.array([[0.0, 0.5, 1.0, 2.0]]), 1.0)
  assert numbers.tolist() == [[0, 32768, 65535, 65535]]
  image = Image.open(io.BytesIO(pictures.encode(numbers)))
  np.testing.assert_array_equal(np.asarray(image, np.uint16), numbers)


def test_a_model_of_sixteen_bits_reads_them(tmp_path):
  values = np.arange(64, dtype=np.uint16).reshape(8, 8) * 900
  Image.fromarray(values).save(tmp_path / "a.png")
  wanted = Wanted(axes=2, channels=1, is_bytes=False)
  cases = found(tmp_path, wanted)
  image = cases.read(cases.cases[0]).image
  np.testing.assert_array_equal(image, intensity.normalise(values[..., None]))


def test_channels_that_are_files_of_their_own(tmp_path):
  rng, shown = np.random.default_rng(0), {}
  for name in ("a_0000", "a_0001", "b_0000", "b_0002"):
    shown[name] = rng.integers(0, 256, (6, 8)).astype(np.uint8)
    Image.fromarray(shown[name]).save(tmp_path / f"{name}.png")
  cases = found(tmp_path, Wanted(axes=2, channels=2, is_bytes=False))
  assert [case.id for case in cases.cases] == ["a", "b"]
  wanted = np.stack([shown["a_0000"], shown["a_0001"]], -1)
  image = cases.read(cases.cases[0]).image
  np.testing.assert_array_equal(image, intensity.normalise(wanted))
  with pytest.raises(DataError, match=r"b_0000 to b_0001, found .*b_0002"):
    cases.read(cases.cases[1])


def test_a_channel_alone_is_no_picture_of_all(tmp_path):
  Image.fromarray(np.zeros((6, 8), np.uint8)).save(tmp_path / "a_0000.png")
  cases = found(tmp_path, Wanted(axes=2, channels=3, is_bytes=False))
  with pytest.raises(DataError, match="a_0000 to a_0002, found"):
    cases.read(cases.cases[0])


def test_pictures_with_numbers_are_no_channels(tmp_path):
  for number in range(4):
    picture_cases.picture(tmp_path / f"img_{number:04d}.png")
  wanted = Wanted(axes=2, channels=3, is_bytes=False)
  assert ids(tmp_path, wanted) == [f"img_{n:04d}" for n in range(4)]
  assert found(tmp_path, wanted).read(found(tmp_path, wanted).cases[0])
