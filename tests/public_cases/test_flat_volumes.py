"""2-D data with a third axis of length 1, wherever it is.

MIC-DKFZ/nnUNet#314, #452 and #2463: every voxel of such a volume is surface.
"""

import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from alx.data.volumes import nifti
from tests.public_cases.volumes import write_case

_FLAT = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
_MAP = np.arange(30).reshape(5, 6) % 2
_LINE = "an axis of length 1 in all 2 images of more axes is dropped"


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_nifti(tmp_path, axis, channels):
  image = np.expand_dims(_FLAT, axis)
  if channels:
    image = np.stack([image] * channels, -1)
  label = np.expand_dims(_MAP, axis)
  for name in "ab":
    write_case(tmp_path / "in", name, image, label, np.diag([1.0, 2, 3, 1]))
  found = data.load(tmp_path / "in")
  assert found.images[0].shape == (5, 6, max(channels, 1))
  np.testing.assert_array_equal(found.labels[1], _MAP)
  kept = [mm for i, mm in enumerate((1.0, 2.0, 3.0)) if i != axis]
  assert found.spacing_mm == (tuple(kept),) * 2
  assert len(found.notes) == 1 and _LINE in found.notes[0]
  file = tmp_path / "in" / "imagesTr" / "a.nii.gz"
  np.testing.assert_array_equal(nifti.as_in_file(found.labels[0], file), label)
  cached = load_cached(tmp_path / "in", tmp_path / "cache")
  assert cached.images.shapes == ((5, 6, max(channels, 1)),) * 2
  assert cached.notes == found.notes and cached.spacing_mm == found.spacing_mm
  for i in range(2):
    np.testing.assert_array_equal(cached.images[i], found.images[i])
    np.testing.assert_array_equal(cached.labels[i], _MAP)
  corner = cached.labels.crop(0, (1, 2), (3, 4))
  np.testing.assert_array_equal(corner, _MAP[1:4, 2:6])


def test_files_of_two_axes_need_no_line(tmp_path):
  for name in "ab":
    write_case(tmp_path, name, _FLAT, _MAP)
  found = data.load(tmp_path)
  assert found.images[0].shape == (5, 6, 1) and found.notes == ()


def test_with_and_without_the_axis(tmp_path):
  write_case(tmp_path, "a", _FLAT, _MAP[..., None])
  write_case(tmp_path, "b", _FLAT[..., None], _MAP)
  write_case(tmp_path, "c", _FLAT, _MAP)
  found = data.load(tmp_path)
  assert found.ids == ("a", "b", "c")
  assert all(label.shape == (5, 6) for label in found.labels)
  assert _LINE in found.notes[0]


def test_some_items_of_extent_1_stay_volumes(tmp_path):
  write_case(tmp_path, "a", _FLAT[..., None], _MAP[..., None])
  write_case(tmp_path, "b", np.stack([_FLAT] * 4, -1), np.stack([_MAP] * 4, -1))
  found = data.load(tmp_path)
  assert [x.shape for x in found.labels] == [(5, 6, 1), (5, 6, 4)]
  assert found.notes == ()


_IMAGES, _MAPS = np.stack([_FLAT] * 2), np.stack([_MAP] * 2)


@pytest.mark.parametrize(
  ("images", "labels", "channels", "line"),
  [
    ((2, 1, 5, 6), (2, 1, 5, 6), 1, True),
    ((2, 5, 1, 6), (2, 5, 1, 6), 1, True),
    ((2, 5, 6, 1), (2, 5, 6, 1), 1, False),
    ((2, 5, 6, 1), (2, 5, 6), 1, False),
    ((2, 1, 5, 6), (2, 5, 6), 1, True),
    ((2, 5, 6), (2, 1, 5, 6), 1, True),
    ((2, 1, 5, 6, 3), (2, 1, 5, 6), 3, True),
    ((2, 1, 5, 6, 3), (2, 5, 6), 3, True),
    ((2, 5, 6, 1, 3), (2, 5, 6, 1), 3, True),
    ((2, 5, 6, 1, 1), (2, 5, 6, 1, 1), 1, True),
    ((2, 1, 5, 6), (2,), 1, True),
    ((2, 1, 5, 6), (2, 1), 1, True),
    ((2, 5, 1, 6), (2,), 1, True),
    ((2, 5, 6, 1), (2,), 1, False),
    ((2, 1, 5, 6, 3), (2,), 3, True),
  ],
)
def test_npz(tmp_path, images, labels, channels, line):
  if images[-1] == 3:
    pixels = np.repeat(_IMAGES.reshape(*images[:-1], 1), 3, -1)
  else:
    pixels = _IMAGES.reshape(images)
  is_map = np.prod(labels) > 2
  classes = _MAPS.reshape(labels) if is_map else np.arange(2).reshape(labels)
  np.savez(tmp_path / "set.npz", images=pixels, labels=classes)
  found = data.load(tmp_path / "set.npz")
  assert found.images[0].shape == (5, 6, channels)
  if is_map:
    np.testing.assert_array_equal(found.labels[0], _MAP)
  assert len(found.notes) == line
  assert all(_LINE in n for n in found.notes)


def test_the_spacing_follows_in_an_npz(tmp_path):
  for spacing in ([9.0, 1.0, 2.0], [[9.0, 1.0, 2.0]] * 2, [1.0, 2.0]):
    np.savez(
      tmp_path / "set.npz",
      images=_IMAGES[:, None],
      labels=_MAPS[:, None],
      spacing_mm=np.array(spacing),
    )
    found = data.load(tmp_path / "set.npz")
    assert found.spacing_mm == ((1.0, 2.0),) * 2
