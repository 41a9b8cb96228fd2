"""Whatever the file: the right arrays, or one line that names it."""

import itertools
import pathlib
import tempfile

import nibabel
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alx import data
from alx.data.volumes import nifti

_FEW = settings(max_examples=40, deadline=None, derandomize=True)
_TYPES = st.sampled_from(["u1", "<i2", ">i2", "<i8", "<f4", ">f4", "<f8", "?"])
_EXTENTS = st.lists(st.integers(1, 7), min_size=1, max_size=4)


def _told(path, read):
  """What `read` gives, or None for one line about the file."""
  try:
    return read(path)
  except data.DataError as error:
    line = str(error)
    assert "\n" not in line and line.startswith(str(path))
    assert "wanted" in line and "found" in line
    return None


def _folder():
  return tempfile.TemporaryDirectory()


@_FEW
@given(_EXTENTS, _EXTENTS, _TYPES, _TYPES, st.integers(0, 2**31))
def test_arrays_of_any_shape_and_type(shape, other, kind, label_kind, seed):
  """Labels of the images' own shape, of one number each, or of any shape."""
  rng = np.random.default_rng(seed)
  images = rng.integers(0, 2, shape).astype(kind)
  shapes = [shape, shape[:-1], shape[:1], other]
  labels = rng.integers(0, 2, shapes[seed % 4]).astype(label_kind)
  with _folder() as folder:
    path = pathlib.Path(folder) / "set.npz"
    np.savez(path, images=images, labels=labels)
    found = _told(path, data.load)
  if found is None:
    return
  assert len(found.ids) == shape[0] == len(found.images)
  count = labels.size if found.task == "segmentation" else shape[0]
  assert sum(label.size for label in found.labels) == count
  assert sum(x.size for x in found.images) == images.size
  for image, label in zip(found.images, found.labels, strict=True):
    assert 3 <= image.ndim <= 4 and np.isfinite(image).all()
    assert image.dtype == np.float32
    assert label.shape in ((), image.shape[:-1])
  if len(found.class_names) == 2 and set(np.unique(labels)) == {0, 1}:
    whole = np.concatenate([label.ravel() for label in found.labels])
    np.testing.assert_array_equal(whole, labels.ravel().astype(int))


@_FEW
@given(st.permutations(["images", "labels", "ids", "patient"]), st.booleans())
def test_arrays_in_any_order_and_layout(names, is_fortran):
  arrays = {
    "images": np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6),
    "labels": np.arange(4 * 5 * 6).reshape(4, 5, 6) % 2,
    "ids": np.array(["d", "c", "b", "a"]),
    "patient": np.array([1, 2, 1, 2]),
  }
  order = np.asfortranarray if is_fortran else np.ascontiguousarray
  with _folder() as folder:
    path = pathlib.Path(folder) / "set.npz"
    np.savez(path, **{name: order(arrays[name]) for name in names})
    found = data.load(path)
  assert found.ids == ("d", "c", "b", "a") and found.groups == tuple("1212")
  np.testing.assert_array_equal(np.stack(found.labels), arrays["labels"])


@_FEW
@given(st.text(min_size=1, max_size=9), st.text(max_size=9))
def test_ids_and_patients_of_any_letters(name, patient):
  with _folder() as folder:
    path = pathlib.Path(folder) / "set.npz"
    np.savez(
      path,
      images=np.ones((2, 5, 6)),
      labels=np.array([0, 1]),
      ids=np.array([name, "other"]),
      patient=np.array([patient, "other"]),
    )
    found = _told(path, data.load)
  if found:
    assert found.ids[0].strip() == found.ids[0] and "/" not in found.ids[0]
    assert found.groups is None or len(found.groups) == 2
    assert all("\n" not in note for note in found.notes)


def _archive():
  """Bytes of a small .npz."""
  with _folder() as folder:
    path = pathlib.Path(folder) / "set.npz"
    np.savez_compressed(
      path,
      images=np.arange(60, dtype=np.uint8).reshape(2, 5, 6),
      labels=np.array([0, 1]),
    )
    return path.read_bytes()


def _volume():
  """Bytes of a small .nii."""
  array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
  return nibabel.Nifti1Image(array, np.diag([1.0, 2.0, 3.0, 1.0])).to_bytes()


@_FEW
@given(st.integers(0, 10**6), st.integers(1, 255), st.booleans())
def test_damaged_archives(place, flip, is_cut):
  content = bytearray(_archive())
  place %= len(content)
  if is_cut:
    del content[place:]
  else:
    content[place] ^= flip
  with _folder() as folder:
    path = pathlib.Path(folder) / "set.npz"
    path.write_bytes(content)
    found = _told(path, data.load)
  if found:  # a byte that says nothing, such as a date
    assert len(found.ids) == 2 and found.images[0].shape == (5, 6, 1)


@_FEW
@given(st.integers(0, 10**6), st.integers(1, 255), st.booleans())
def test_damaged_volumes(place, flip, is_cut):
  content = bytearray(_volume())
  place %= len(content) if is_cut else 352
  if is_cut:
    del content[place:]
  else:
    content[place] ^= flip
  with _folder() as folder:
    path = pathlib.Path(folder) / "case.nii"
    path.write_bytes(content)
    volume = _told(path, nifti.read)
  if volume:
    assert volume.array.ndim in (2, 3, 4) and np.isfinite(volume.affine).all()
    assert volume.spacing_mm is None or min(volume.spacing_mm) > 0
    assert volume.affine_mm is None or min(volume.affine_mm) > 0


@_FEW
@given(
  st.lists(st.integers(1, 5), min_size=2, max_size=5),
  st.sampled_from(["<u1", "<i2", ">i2", "<f4", ">f8"]),
  st.sampled_from(list(itertools.product((1.0, -1.0), repeat=3))),
  st.sampled_from([nibabel.Nifti1Image, nibabel.Nifti2Image]),
)
def test_volumes_of_any_shape_type_and_direction(shape, kind, signs, form):
  rng = np.random.default_rng(sum(shape))
  image = rng.integers(0, 9, shape).astype(kind)
  label = np.resize(np.arange(2, dtype=np.uint8), shape[:3])
  affine = np.diag([*(s * n for s, n in zip(signs, (1, 2, 3), strict=True)), 1])
  with _folder() as folder:
    path = pathlib.Path(folder)
    for part, array in (("imagesTr", image), ("labelsTr", label)):
      (path / part).mkdir()
      header = nibabel.Nifti1Header if form is nibabel.Nifti1Image else None
      byte_order = ">" if array.dtype.byteorder == ">" else "<"
      header = header(endianness=byte_order) if header else None
      file = form(array, affine, header)
      file.set_data_dtype(array.dtype.newbyteorder("="))
      nibabel.save(file, path / part / "a.nii")
    found = _told(path, data.load)
    if found is None:
      return
    back = nifti.as_in_file(found.labels[0], path / "imagesTr" / "a.nii")
  np.testing.assert_array_equal(back.reshape(label.shape), label)
  assert found.images[0].size == image.size
  assert found.labels[0].shape == found.images[0].shape[:-1]
  assert len(found.spacing_mm[0]) == found.labels[0].ndim
