import numpy as np
import pytest
from PIL import Image

from alx.data import DataError
from alx.data.unlabelled.dataset import TASK, load_unlabelled
from tests import picture_cases
from tests.public_cases.volumes import IMAGE, write


def test_volumes_with_nothing_beside_them(tmp_path):
  for name in ("b", "a"):
    write(tmp_path / f"scans/{name}.nii.gz", IMAGE)
  found = load_unlabelled(tmp_path / "scans")
  assert (found.name, found.task, found.ids) == ("scans", TASK, ("a", "b"))
  assert [x.shape for x in found.images] == [(2, 3, 4, 1)] * 2
  assert found.images[0].mean() == pytest.approx(0, abs=1e-6)  # normalised
  assert [y.size for y in found.labels] == [0, 0]
  assert found.split is None and found.groups is None and not found.notes


def test_channels_are_files_or_a_fourth_axis(tmp_path):
  for name in ("a_0000", "a_0001", "b_0000", "b_0001"):
    write(tmp_path / f"files/{name}.nii.gz", IMAGE)
  write(tmp_path / "axis/a.nii.gz", np.stack([IMAGE] * 3, -1))
  files, axis = (load_unlabelled(tmp_path / x) for x in ("files", "axis"))
  assert files.ids == ("a", "b") and files.images[1].shape == (2, 3, 4, 2)
  assert axis.images[0].shape == (2, 3, 4, 3)


def test_volumes_of_one_slice_are_slices(tmp_path):
  for name in ("a", "b"):
    write(tmp_path / f"{name}.nii.gz", IMAGE[:, :, :1])
  found = load_unlabelled(tmp_path)
  assert [x.shape for x in found.images] == [(2, 3, 1)] * 2
  assert "the data are 2-D" in found.notes[0]


def test_what_cannot_be_used_is_left_out_with_a_line(tmp_path):
  (tmp_path / "a.nii.gz").write_bytes(b"no volume")
  write(tmp_path / "b.nii.gz", IMAGE)
  write(tmp_path / "c.nii.gz", np.stack([IMAGE] * 2, -1))
  found = load_unlabelled(tmp_path)
  assert found.ids == ("b",)
  damaged, other = found.left_out
  assert damaged.startswith(f"{tmp_path}/a.nii.gz: wanted")
  assert other.endswith("wanted 1 channels, as the others have, found 2")
  with pytest.raises(DataError, match=r"a\.nii\.gz: wanted"):
    load_unlabelled(tmp_path, strict=True)


def test_pictures_are_gray_if_all_are(tmp_path):
  gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
  Image.fromarray(gray).save(tmp_path / "a.png")
  found = load_unlabelled(tmp_path)
  assert found.images[0].dtype == np.uint8
  np.testing.assert_array_equal(found.images[0][..., 0], gray)
  picture_cases.picture(tmp_path / "b.png")
  assert load_unlabelled(tmp_path).images[0].shape == (8, 8, 3)
  assert load_unlabelled(tmp_path, image_size=4).images[1].shape == (4, 4, 3)


def test_masks_beside_images_are_passed_over(tmp_path):
  picture_cases.pairs(tmp_path / "images", tmp_path / "masks")
  found = load_unlabelled(tmp_path)
  assert found.ids == ("a", "b", "c") and "3 masks passed" in found.notes[0]


def test_arrays_with_patients(tmp_path):
  images = np.stack([IMAGE[0], IMAGE[1]])
  path = tmp_path / "two.npz"
  np.savez(path, images=images, patient=["p", "q"], frame=[1, 2])
  found = load_unlabelled(path)
  assert found.images[0].shape == (3, 4, 1) and found.groups == ("p", "q")
  assert found.images[0].std() == pytest.approx(1, abs=1e-3)
  assert len(load_unlabelled(path, where="frame=2").ids) == 1


def test_settings_that_say_nothing_are_refused(tmp_path):
  write(tmp_path / "v/a.nii.gz", IMAGE)
  np.savez(tmp_path / "a.npz", images=IMAGE)
  for path in ("v", "a.npz"):
    with pytest.raises(DataError, match="a folder of pictures to use image_si"):
      load_unlabelled(tmp_path / path, image_size=8)
  with pytest.raises(DataError, match=r"an \.npz file to use where on"):
    load_unlabelled(tmp_path / "v", where="frame=1")


def test_most_decide_what_an_image_is(tmp_path):
  write(tmp_path / "a.nii.gz", np.stack([IMAGE] * 3, -1))
  for name in "bcd":
    write(tmp_path / f"{name}.nii.gz", IMAGE)
  found = load_unlabelled(tmp_path)
  assert found.ids == ("b", "c", "d") and len(found.left_out) == 1
  for name in "ab":
    write(tmp_path / f"flat/{name}.nii.gz", IMAGE[0])
  found = load_unlabelled(tmp_path / "flat")
  assert [x.shape for x in found.images] == [(3, 4, 1)] * 2


def test_numbers_in_names_are_channels_where_all_cases_have_as_many(tmp_path):
  for n in range(5):  # a single case of many is a series
    write(tmp_path / f"series/scan_{n:04d}.nii.gz", IMAGE)
  for patient in ("p1", "p2"):
    for n in range(2):
      write(tmp_path / f"folders/{patient}/scan_{n:04d}.nii.gz", IMAGE)
  for case in ("a", "b"):
    for n in range(2):
      picture_cases.mask(tmp_path / f"flat/{case}_{n:04d}.png")
  series, folders, flat = (
    load_unlabelled(tmp_path / name) for name in ("series", "folders", "flat")
  )
  assert len(series.ids) == 5 and not series.notes
  assert folders.ids == ("p1_scan", "p2_scan")
  assert "read as 2 channels of 2 images" in folders.notes[0]
  assert flat.ids == ("a", "b") and flat.images[0].shape == (8, 8, 2)


def test_what_is_not_read_is_told(tmp_path):
  for name in ("images_siteA/a", "siteB/b", "siteB/c"):
    write(tmp_path / f"sites/{name}.nii.gz", IMAGE)
  assert load_unlabelled(tmp_path / "sites").ids == ("a", "b", "c")
  write(tmp_path / "parts/imagesTr/a.nii.gz", IMAGE)
  write(tmp_path / "parts/other/b.nii.gz", IMAGE)
  assert "1 volumes outside of" in load_unlabelled(tmp_path / "parts").notes[0]
  picture_cases.picture(tmp_path / "mixed/a.png")
  write(tmp_path / "mixed/a.nii.gz", IMAGE)
  assert (
    load_unlabelled(tmp_path / "mixed")
    .notes[0]
    .endswith("1 pictures passed over")
  )
  picture_cases.picture(tmp_path / "webs/a.png")
  (tmp_path / "webs/b.webp").touch()
  assert "1 .webp passed over" in load_unlabelled(tmp_path / "webs").notes[0]


def test_a_link_to_itself_is_left_out(tmp_path):
  write(tmp_path / "a.nii.gz", IMAGE)
  (tmp_path / "b.nii.gz").symlink_to(tmp_path / "b.nii.gz")
  assert load_unlabelled(tmp_path).ids == ("a",)


@pytest.mark.parametrize(
  ("shape", "told"),
  [
    ((2, 3, 8, 8), r"channels on the last axis.*np\.moveaxis"),
    ((0, 8, 8), "wanted at least one image"),
  ],
)
def test_arrays_that_may_be_read_in_two_ways_are_refused(tmp_path, shape, told):
  np.savez(tmp_path / "a.npz", images=np.zeros(shape, np.uint8))
  with pytest.raises(DataError, match=told):
    load_unlabelled(tmp_path / "a.npz")


def test_labels_of_an_array_are_not_looked_at(tmp_path):
  images = np.random.default_rng(0).integers(0, 255, (3, 8, 8, 4), np.uint8)
  np.savez(
    tmp_path / "a.npz", train_images=images, train_labels=np.zeros((3, 14))
  )
  assert load_unlabelled(tmp_path / "a.npz").images[0].shape == (8, 8, 4)
