import numpy as np
import pytest

from alx.data import DataError, intensity
from alx.data.unlabelled import volumes
from alx.data.unlabelled.case import Wanted
from tests.public_cases.volumes import IMAGE, write

THREE = Wanted(axes=3, channels=1, is_bytes=False)
NOWHERE = "nowhere"


def found(path, wanted=THREE):
  files = volumes.files_below(path, path / NOWHERE)
  return volumes.find(files, path, wanted)


def ids(path, wanted=THREE):
  return [case.id for case in found(path, wanted).cases]


def many(folder, *names):
  for name in names:
    write(folder / f"{name}.nii.gz", IMAGE)


def test_a_flat_folder(tmp_path):
  many(tmp_path, "b", "a")
  (tmp_path / "notes.txt").write_text("", "utf-8")
  assert ids(tmp_path) == ["a", "b"]
  cases = found(tmp_path)
  loaded = cases.read(cases.cases[0])
  np.testing.assert_array_equal(
    loaded.image, intensity.normalise(IMAGE[..., None])
  )
  assert loaded.extent == IMAGE.shape and loaded.spacing_mm == (1, 1, 1)


def test_one_file(tmp_path):
  many(tmp_path, "b", "a")
  assert ids(tmp_path / "a.nii.gz") == ["a"]


def test_a_decathlon_folder_without_its_labels(tmp_path):
  many(tmp_path / "imagesTr", "a")
  many(tmp_path / "labelsTr", "a")
  many(tmp_path / "imagesTs", "b")
  assert ids(tmp_path) == ["a", "b"]
  assert ids(tmp_path / "imagesTs") == ["b"]


def test_masks_beside_images_are_passed_over(tmp_path):
  many(tmp_path, "a", "a_seg", "b", "b_gt")
  many(tmp_path / "labels", "c")
  assert ids(tmp_path) == ["a", "b"]
  (note,) = found(tmp_path).notes
  assert "3 masks passed over, such as a_seg.nii.gz" in note


def test_folders_of_patients(tmp_path):
  many(tmp_path / "p1", "t1")
  many(tmp_path / "p2", "t1")
  assert ids(tmp_path) == ["p1_t1", "p2_t1"]


@pytest.mark.parametrize(
  ("names", "channels", "wanted"),
  [
    (["a_0000", "b_0000"], 1, ["a", "b"]),
    (["a_0000", "a_0001"], 1, ["a_0000", "a_0001"]),  # two cases
    (["a_0001", "a_0002"], 1, ["a_0001", "a_0002"]),
    (["a_0000", "a_0001", "b_0000", "b_0001"], 2, ["a", "b"]),
    (["a_0000", "b"], 1, ["a_0000", "b"]),
  ],
)
def test_numbers_that_are_channels(tmp_path, names, channels, wanted):
  many(tmp_path, *names)
  assert ids(tmp_path, THREE._replace(channels=channels)) == wanted


def test_channels_of_several_files_are_one_image(tmp_path):
  write(tmp_path / "a_0000.nii.gz", IMAGE)
  write(tmp_path / "a_0001.nii.gz", 2 - IMAGE)
  write(tmp_path / "b_0000.nii.gz", IMAGE)
  write(tmp_path / "c_0000.nii.gz", IMAGE)
  write(tmp_path / "c_0001.nii.gz", IMAGE[:1])
  cases = found(tmp_path, THREE._replace(channels=2))
  a, b, c = cases.cases
  assert cases.read(a).image.shape == (2, 3, 4, 2)
  with pytest.raises(DataError, match=r"wanted 2 channels, .* found 1"):
    cases.read(b)
  with pytest.raises(DataError, match="wanted an image on the grid of c_0000"):
    cases.read(c)


def test_brats_cases(tmp_path):
  for case in ("x", "y"):
    many(tmp_path / case, *(f"{case}_{c}" for c in ("t1", "flair", "seg")))
  cases = found(tmp_path, THREE._replace(channels=2))
  assert [case.id for case in cases.cases] == ["x", "y"]
  assert cases.read(cases.cases[0]).image.shape == (2, 3, 4, 2)
  with pytest.raises(DataError, match="wanted 4 channels, as the run's images"):
    found(tmp_path, THREE._replace(channels=4))
  write(tmp_path / "x/x_seg.nii", IMAGE)
  assert len(found(tmp_path, THREE._replace(channels=2)).cases) == 2
  write(tmp_path / "x/x_flair.nii", IMAGE)
  both = r"x: wanted one file .* found x_flair\.nii and x_flair\.nii\.gz"
  with pytest.raises(DataError, match=both):
    found(tmp_path, THREE._replace(channels=2))


def test_slices_with_an_axis_of_one(tmp_path):
  write(tmp_path / "a.nii.gz", IMAGE[:, :, :1])
  write(tmp_path / "b.nii.gz", IMAGE)
  cases = found(tmp_path, THREE._replace(axes=2))
  loaded = cases.read(cases.cases[0])
  assert loaded.image.shape == (2, 3, 1) and loaded.spacing_mm == (1, 1)
  with pytest.raises(DataError, match=r"wanted 2 axes in space, .* found 3 of"):
    cases.read(cases.cases[1])


def test_two_files_of_one_name(tmp_path):
  write(tmp_path / "a.nii.gz", IMAGE)
  write(tmp_path / "a.nii", IMAGE)
  with pytest.raises(DataError, match="wanted another name for each image"):
    found(tmp_path)


def test_what_was_written_here_is_none_of_the_images(tmp_path):
  many(tmp_path, "a")
  many(tmp_path / "out/masks", "a")
  files = volumes.files_below(tmp_path, tmp_path / "out")
  assert [file.name for file in files] == ["a.nii.gz"]
