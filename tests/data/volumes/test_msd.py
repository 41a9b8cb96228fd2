import json

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.volumes import msd

_IMAGE = np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)
_LABEL = np.array([[[0, 0], [1, 1]], [[2, 2], [0, 0]]], np.uint8)


def _write(path, array, affine=None):
  path.parent.mkdir(parents=True, exist_ok=True)
  affine = np.diag([1.0, 2.0, 3.0, 1.0]) if affine is None else affine
  nibabel.save(nibabel.Nifti1Image(array, affine), path)


def _case(folder, name, image=_IMAGE, label=_LABEL, label_affine=None):
  _write(folder / "imagesTr" / f"{name}.nii.gz", image)
  _write(folder / "labelsTr" / f"{name}.nii.gz", label, label_affine)


def _describe(folder, **content):
  (folder / "dataset.json").write_text(json.dumps(content))


def test_a_folder_without_description(tmp_path):
  _case(tmp_path, "b")
  _case(tmp_path, "a")
  (tmp_path / "imagesTr" / "._a.nii.gz").write_bytes(b"finder")
  found = data.load(tmp_path)
  assert found.task == "segmentation"
  assert found.ids == ("a", "b")
  assert found.class_names == ("background", "class 1", "class 2")
  assert found.spacing_mm == ((1.0, 2.0, 3.0),) * 2
  assert found.images[0].shape == (2, 2, 2, 1)
  assert found.images[0].dtype == np.float32
  assert found.labels[0].dtype == np.uint8
  np.testing.assert_array_equal(found.labels[0], _LABEL)
  assert found.groups is None
  assert found.split is None
  assert found.left_out == ()


def test_values_are_mapped_to_the_classes_of_the_description(tmp_path):
  _describe(tmp_path, name="Two", labels={"0": "none", "2": "a", "4": "b"})
  _case(tmp_path, "x", label=2 * _LABEL)
  found = data.load(tmp_path)
  assert (found.name, found.class_names) == ("Two", ("none", "a", "b"))
  np.testing.assert_array_equal(found.labels[0], _LABEL)


def test_channels_on_the_fourth_axis(tmp_path):
  _describe(
    tmp_path,
    modality={"0": "T1", "1": "T2"},
    labels={"0": "n", "1": "a", "2": "b"},
  )
  _case(tmp_path, "x", image=np.stack([_IMAGE, -_IMAGE], -1))
  image = data.load(tmp_path).images[0]
  assert image.shape == (2, 2, 2, 2)
  np.testing.assert_allclose(image[..., 0], -image[..., 1], atol=1e-6)


def test_channels_in_files_of_their_own(tmp_path):
  _describe(
    tmp_path,
    channel_names={"0": "T1", "1": "T2"},
    labels={"background": 0, "a": 1, "b": 2},
  )
  for name in ("x", "y"):
    _write(tmp_path / "imagesTr" / f"{name}_0000.nii.gz", _IMAGE)
    _write(tmp_path / "imagesTr" / f"{name}_0001.nii.gz", -_IMAGE)
    _write(tmp_path / "labelsTr" / f"{name}.nii.gz", _LABEL)
  (tmp_path / "imagesTr" / "y_0001.nii.gz").unlink()
  found = data.load(tmp_path)
  assert found.ids == ("x",)
  image = found.images[0]
  np.testing.assert_allclose(image[..., 0], -image[..., 1], atol=1e-6)
  assert "y_0000.nii.gz: wanted 2 channels" in found.left_out[0]


def test_a_missing_first_channel_is_told(tmp_path):
  _write(tmp_path / "imagesTr" / "x_0000.nii.gz", _IMAGE)
  _write(tmp_path / "labelsTr" / "x.nii.gz", _LABEL)
  _write(tmp_path / "imagesTr" / "y_0001.nii.gz", _IMAGE)
  _write(tmp_path / "labelsTr" / "y.nii.gz", _LABEL)
  (line,) = data.load(tmp_path).left_out
  assert "wanted images ['y_0000'], found ['y_0001.nii.gz']" in line


def test_numbers_that_end_a_name_are_no_channels(tmp_path):
  _case(tmp_path, "patient_0000")
  _case(tmp_path, "patient_0001")
  assert data.load(tmp_path).ids == ("patient_0000", "patient_0001")


def _float_label(value):
  return np.where(_LABEL == 1, value, 0).astype(np.float32)


_BAD = {
  "label on the grid": {"label": np.zeros((2, 2, 3), np.uint8)},
  "found a label of another grid, 4 mm": {
    "label_affine": np.diag([1.0, 2.0, 7.0, 1.0])
  },
  "found 0.5": {"label": _float_label(0.5)},
  "found NaN or infinity": {"label": _float_label(np.nan)},
  "8 NaN or infinite": {"image": np.full((2, 2, 2), np.inf)},
  r"found \[9\]": {"label": np.full((2, 2, 2), 9, np.uint8)},
  "2 or 3 axes": {"label": np.zeros((2, 2, 2, 3), np.uint8)},
  "wanted 1 channels": {"image": np.zeros((2, 2, 2, 3))},
  "another grid": {"label": np.zeros((2, 2), np.uint8)},
}


@pytest.mark.parametrize("found", _BAD)
def test_a_bad_case_is_left_out_and_named(tmp_path, found):
  _describe(tmp_path, modality=["MR"], labels={"0": "n", "1": "a", "2": "b"})
  _case(tmp_path, "good")
  _case(tmp_path, "bad", **_BAD[found])
  left = data.load(tmp_path)
  assert left.ids == ("good",)
  with pytest.raises(data.DataError, match=found) as error:
    data.load(tmp_path, strict=True)
  assert left.left_out == (str(error.value),)
  assert "bad.nii.gz: wanted " in left.left_out[0]


def test_halves_of_pairs_are_left_out_and_named(tmp_path):
  for name in ("good", "image_only", "label_only", "twice"):
    _case(tmp_path, name)
  (tmp_path / "labelsTr" / "image_only.nii.gz").unlink()
  (tmp_path / "imagesTr" / "label_only.nii.gz").unlink()
  _write(tmp_path / "labelsTr" / "twice.nii", _LABEL)
  _describe(tmp_path, training=[{"label": "labelsTr/nowhere.nii.gz"}])
  found = data.load(tmp_path)
  assert found.ids == ("good",)
  lines = "\n".join(found.left_out)
  assert "imagesTr/image_only.nii.gz: wanted a label" in lines
  assert "labelsTr/label_only.nii.gz: wanted an image" in lines
  assert "nowhere: wanted an image" in lines
  assert "found ['twice.nii', 'twice.nii.gz']" in lines


def test_items_of_different_axes_do_not_mix(tmp_path):
  _case(tmp_path, "a")
  _case(tmp_path, "flat", image=_IMAGE[0], label=_LABEL[0])
  (line,) = data.load(tmp_path).left_out
  assert "flat.nii.gz: wanted axes and channels as in a" in line


def test_the_channels_that_most_cases_have_are_right(tmp_path):
  _case(tmp_path, "a")
  for name in ("b", "c"):
    _case(tmp_path, name, image=np.stack([_IMAGE, _IMAGE], -1))
  found = data.load(tmp_path)
  assert found.ids == ("b", "c")
  (line,) = found.left_out
  assert "a.nii.gz: wanted axes and channels as in b" in line
  with pytest.raises(data.DataError, match=r"a\.nii\.gz"):
    data.load(tmp_path, strict=True)


def test_no_usable_case_at_all(tmp_path):
  _case(tmp_path, "a", label=np.zeros((1, 1, 1), np.uint8))
  with pytest.raises(data.DataError, match=r"at least one image.*a\.nii\.gz"):
    data.load(tmp_path)


def test_labels_without_any_foreground(tmp_path):
  _case(tmp_path, "a", label=0 * _LABEL)
  with pytest.raises(data.DataError, match=r"2\.\.255 classes, found 1"):
    data.load(tmp_path)


def test_rounding_of_the_affine_is_forgiven(tmp_path):
  _case(tmp_path, "a", label_affine=np.diag([1.0001, 2.0, 3.0, 1.0]))
  assert data.load(tmp_path).ids == ("a",)


def test_progress_sees_every_case(tmp_path):
  _case(tmp_path, "a")
  _case(tmp_path, "b")
  seen = []

  def progress(iterable, total, description):
    seen.append((total, description))
    return iterable

  data.load(tmp_path, progress=progress)
  assert seen == [(2, "reading")]


def test_the_hippocampus_loads_whole(shared_data):
  found = data.load(shared_data / "Task04_Hippocampus")
  assert len(found.ids) == 260
  assert found.left_out == ()
  assert found.class_names == ("background", "Anterior", "Posterior")
  assert found.images[0].shape == (35, 51, 35, 1)
  counts = np.bincount(found.labels[0].ravel())
  assert counts.tolist() == [59527, 1324, 1624]
  assert max(abs(x.mean()) for x in found.images) < 1e-3


def test_broken_pairs_are_left_out(shared_data, tmp_path):
  whole, broken = (
    shared_data / "Task04_Hippocampus",
    shared_data / "broken_pairs",
  )
  for source, target in (
    (whole / "imagesTr/hippocampus_001.nii.gz", "imagesTr/a.nii.gz"),
    (whole / "labelsTr/hippocampus_001.nii.gz", "labelsTr/a.nii.gz"),
    (broken / "image_without_label_118.nii.gz", "imagesTr/b.nii.gz"),
    (broken / "label_without_image_010.nii.gz", "labelsTr/c.nii.gz"),
    (whole / "imagesTr/hippocampus_003.nii.gz", "imagesTr/d.nii.gz"),
    (broken / "label_of_another_organ_281.nii.gz", "labelsTr/d.nii.gz"),
  ):
    (tmp_path / target).parent.mkdir(exist_ok=True)
    (tmp_path / target).write_bytes(source.read_bytes())
  found = data.load(tmp_path)
  assert found.ids == ("a",)
  b, c, d = found.left_out
  assert "b.nii.gz: wanted a label" in b
  assert "c.nii.gz: wanted an image" in c
  assert "found a label of another grid, (512, 512, 94)" in d


def test_channels_have_the_names_of_the_description(tmp_path):
  assert msd.channel_names(tmp_path) == ()
  _describe(tmp_path, modality={"0": "FLAIR", "1": "T1w"})
  assert msd.channel_names(tmp_path) == ("FLAIR", "T1w")
  _describe(tmp_path, channel_names=["CT"])
  assert msd.channel_names(tmp_path) == ("CT",)
