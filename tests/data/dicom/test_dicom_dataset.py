"""Series with SEG, or with label maps of their names, as a data set."""

import re
import shutil

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data import intensity
from alx.data.dataset import DataError
from alx.data.dicom import kept, seg, series
from alx.data.volumes import orientation
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
pytest.importorskip("highdicom", reason="highdicom is not installed")

SHAPE = (6, 5, 4)


def mask(top=2):
  found = np.zeros(SHAPE, np.uint8)
  found[1:3, 1:4, 1:] = 1
  found[4, 2, :2] = top
  return found


def write(root, count=3):
  """Series; the paths of their files."""
  return [
    made.write(
      root / f"scan{n}",
      made.voxels(SHAPE, seed=n),
      patient=f"P{n // 2}",
      series=f"{n}",
    )
    for n in range(count)
  ]


def segment(path, files, label=None, names=("background", "big", "small")):
  source = kept.source_of(series.read(files))
  label = mask() if label is None else label
  path.parent.mkdir(exist_ok=True)
  path.write_bytes(seg.write(label, source, names, how=seg.MANUAL))


def test_series_with_seg(tmp_path):
  found = write(tmp_path)
  for n, files in enumerate(found):
    segment(tmp_path / "seg" / f"{n}.dcm", files)
  loaded = data.load(tmp_path)
  assert loaded.ids == ("scan0", "scan1", "scan2")
  assert loaded.class_names == ("background", "big", "small")
  assert loaded.spacing_mm == ((0.7, 0.8, 2.5),) * 3
  assert loaded.groups[0] == loaded.groups[1] != loaded.groups[2]
  assert (loaded.left_out, loaded.notes) == ((), ())
  turn = orientation.closest(series.read(found[0]).affine)
  for label in loaded.labels:
    np.testing.assert_array_equal(label, orientation.apply(mask(), turn))
  image = orientation.apply(made.voxels(SHAPE, seed=1), turn).astype(float)
  wanted = intensity.normalise(image[..., None])
  np.testing.assert_allclose(loaded.images[1], wanted, atol=1e-5)


def test_classes_are_those_of_all_seg(tmp_path):
  first, second = write(tmp_path, 2)
  names = ("background", "small", "Big", "third")
  segment(tmp_path / "seg" / "0.dcm", first)
  segment(tmp_path / "seg" / "1.dcm", second, mask(3), names)
  loaded = data.load(tmp_path)
  assert loaded.class_names == ("background", "big", "small", "third")
  counts = [np.bincount(x.reshape(-1), minlength=4) for x in loaded.labels]
  np.testing.assert_array_equal(counts, [[100, 18, 2, 0], [100, 0, 18, 2]])


def test_names_are_read_in_the_characters_of_their_file(tmp_path):
  (files,) = write(tmp_path, 1)
  names = ("background", "Gro\N{LATIN SMALL LETTER SHARP S}", "klein")
  segment(tmp_path / "seg" / "0.dcm", files, names=names)
  assert data.load(tmp_path).class_names == names


def test_names_of_one_length_stay_two_classes(tmp_path):
  """Each sign that the images have no characters for was a question mark."""
  (files,) = write(tmp_path, 1)
  names = ("background", "\u809d\u81d3", "\u816b\u760d")
  segment(tmp_path / "seg" / "0.dcm", files, names=names)
  loaded = data.load(tmp_path)
  assert loaded.class_names == names
  np.testing.assert_array_equal(
    np.bincount(loaded.labels[0].ravel())[1:], [18, 2]
  )


def test_a_seg_on_a_grid_of_its_own_is_turned_with_it(tmp_path):
  plain, other = write(tmp_path, 2)
  segment(tmp_path / "seg" / "0.dcm", plain)
  path = tmp_path / "seg" / "1.dcm"
  segment(path, other)
  path.write_bytes(made.turned_seg(path.read_bytes()))
  loaded = data.load(tmp_path)
  np.testing.assert_array_equal(*loaded.labels)


def test_a_seg_beside_its_series_is_refused(tmp_path):
  for n, files in enumerate(write(tmp_path, 2)):
    segment(tmp_path / "seg" / f"{n}.dcm", files)
  path = tmp_path / "seg" / "1.dcm"
  path.write_bytes(made.moved_seg(path.read_bytes(), (0.8, 0.0, 0.0)))
  (told,) = data.load(tmp_path).left_out
  assert "1.dcm: wanted a label on the grid of" in told
  assert told.endswith("found a label of another grid, 0.8 mm apart")


def test_series_with_label_maps(tmp_path):
  files = write(tmp_path, 2)
  (tmp_path / "labelsTr").mkdir()
  for n, paths in enumerate(files):
    affine = series.read(paths).affine
    path = tmp_path / "labelsTr" / f"scan{n}.nii.gz"
    nibabel.save(nibabel.Nifti1Image(mask(), affine), path)
  loaded = data.load(tmp_path)
  assert loaded.class_names == ("background", "class 1", "class 2")
  assert [int((x > 0).sum()) for x in loaded.labels] == [20, 20]
  nibabel.save(nibabel.Nifti1Image(mask(), np.eye(4)), path)
  assert "a label of another grid" in data.load(tmp_path).left_out[0]


def test_what_is_left_out(tmp_path):
  files = write(tmp_path)
  segment(tmp_path / "seg" / "0.dcm", files[0])
  segment(tmp_path / "seg" / "1.dcm", files[1])
  files[1][2].unlink()
  loaded = data.load(tmp_path)
  assert loaded.ids == ("scan0",)
  gap, alone = loaded.left_out
  assert "no gap" in gap and "a SEG or label map of it, found none" in alone
  with pytest.raises(DataError, match="no gap"):
    data.load(tmp_path, strict=True)


def changed(path, change):
  """A SEG that was written with something else in it."""
  one = pydicom.dcmread(path)
  change(one)
  one.save_as(path)


def a_segment_without_its_number(one):
  del one.SegmentSequence[0].SegmentNumber


def a_text_for_the_series(one):
  del one.ReferencedSeriesSequence
  one.add_new(0x00081115, "LO", "of no series")


@pytest.mark.parametrize(
  "change", [a_segment_without_its_number, a_text_for_the_series]
)
def test_a_damaged_seg_is_left_out_alone(tmp_path, change):
  for n, files in enumerate(write(tmp_path)):
    segment(tmp_path / "seg" / f"{n}.dcm", files)
  bad = tmp_path / "seg" / "1.dcm"
  changed(bad, change)
  loaded = data.load(tmp_path)
  assert loaded.ids == ("scan0", "scan2")
  told = f"{bad}: wanted a DICOM SEG, found a damaged one"
  assert loaded.left_out[0].startswith(told)
  with pytest.raises(DataError, match=re.escape(told)):
    data.load(tmp_path, strict=True)


@pytest.mark.parametrize("strict", [False, True])
def test_where_all_seg_are_damaged_it_is_told(tmp_path, strict):
  (files,) = write(tmp_path, 1)
  segment(tmp_path / "seg" / "0.dcm", files)
  changed(tmp_path / "seg" / "0.dcm", a_text_for_the_series)
  with pytest.raises(DataError, match=r"1 series without \(.*0\.dcm: wanted a"):
    data.load(tmp_path, strict=strict)


def test_the_same_seg_twice_counts_once(tmp_path):
  for n, files in enumerate(write(tmp_path, 2)):
    segment(tmp_path / "seg" / f"{n}.dcm", files)
  copy = tmp_path / "copies" / "0.dcm"
  copy.parent.mkdir()
  shutil.copy(tmp_path / "seg" / "0.dcm", copy)
  loaded = data.load(tmp_path)
  assert (loaded.ids, loaded.left_out) == (("scan0", "scan1"), ())
  segment(copy, files, mask(1))  # of the last series, whose SEG is another
  with pytest.raises(DataError, match="wanted one SEG of each series, found 0"):
    data.load(tmp_path)


def test_series_without_labels(tmp_path):
  write(tmp_path, 1)
  with pytest.raises(DataError, match="images alone: alx project, alx predict"):
    data.load(tmp_path)


def test_seg_and_label_maps(tmp_path):
  files = write(tmp_path, 2)
  segment(tmp_path / "seg" / "0.dcm", files[0])
  image = nibabel.Nifti1Image(mask(), series.read(files[1]).affine)
  nibabel.save(image, tmp_path / "seg" / "scan1.nii.gz")
  with pytest.raises(DataError, match="found 1 SEG and 1 label maps"):
    data.load(tmp_path)
