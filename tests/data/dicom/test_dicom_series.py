"""Series as volumes, against SimpleITK and by hand."""

import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.dicom import series
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")

_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def turned(a, b):
  """Cosines of a stack that is turned by a and b degrees."""
  a, b = np.radians(a), np.radians(b)
  around_z = [[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]
  around_x = [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
  turn = np.array(around_z) @ np.array(around_x)
  return (*turn[:, 0], *turn[:, 1])


SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


@pytest.mark.parametrize(
  "orientation", [made.STRAIGHT, SAGITTAL, CORONAL, turned(20, -35)]
)
@pytest.mark.parametrize("scale", [(1, 0), (1, -1024), (0.5, 3)])
def test_as_itk_reads_it(tmp_path, orientation, scale):
  sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is not installed")
  paths = made.write(
    tmp_path,
    orientation=orientation,
    order=[2, 0, 3, 1],
    RescaleSlope=scale[0],
    RescaleIntercept=scale[1],
  )
  reader = sitk.ImageSeriesReader()
  reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path)))
  image = reader.Execute()
  found = series.read(sorted(paths))
  wanted = sitk.GetArrayFromImage(image).transpose(2, 1, 0)
  np.testing.assert_array_equal(found.array, wanted)
  np.testing.assert_allclose(found.spacing_mm, image.GetSpacing(), rtol=1e-5)
  for index in ((0, 0, 0), (5, 4, 3), (2, 0, 1)):
    lps = image.TransformIndexToPhysicalPoint(index)
    ras = (_RAS @ (*lps, 1.0))[:3]
    at = (found.affine @ (*index, 1.0))[:3]
    np.testing.assert_allclose(at, ras, atol=1e-4)


def test_voxels_are_columns_rows_slices(tmp_path):
  array = made.voxels()
  found = series.read(made.write(tmp_path, array))
  np.testing.assert_array_equal(found.array, array)
  assert found.array.dtype == np.int16
  assert [image for image, _ in found.slices] == [0, 1, 2, 3]


def test_twelve_bits(tmp_path):
  """Overlays in the bits that are not stored are no part of a number."""
  array = made.voxels(top=2000)
  spoilt = (array & 0x0FFF) | 0x3000
  found = series.read(made.write(tmp_path, spoilt.astype(np.int16), bits=12))
  np.testing.assert_array_equal(found.array, array)


@pytest.mark.parametrize(("dtype", "bits"), [("u2", 12), ("i2", 16), ("u1", 8)])
def test_monochrome1_is_turned(tmp_path, dtype, bits):
  array = (made.voxels() % 200).astype(dtype)
  shown = {"PhotometricInterpretation": "MONOCHROME1"}
  found = series.read(made.write(tmp_path, array, bits=bits, **shown))
  total = int(array.min()) + int(array.max())
  np.testing.assert_array_equal(
    found.array.astype(int), total - array.astype(int)
  )


def test_all_numbers_of_a_type_are_turned(tmp_path):
  array = made.voxels()
  array[0, 0, 0], array[5, 4, 3] = -(2**15), 2**15 - 1
  shown = {"PhotometricInterpretation": "MONOCHROME1"}
  found = series.read(made.write(tmp_path, array, **shown)).array
  np.testing.assert_array_equal(found, -1 - array)
  assert found.dtype == np.int16


def test_slopes_are_of_what_is_stored_not_of_what_is_turned(tmp_path):
  """As of PET: air was another number in each slice."""

  def change(one, k):
    one.RescaleSlope, one.RescaleIntercept = k + 1, 0

  array = np.zeros((6, 5, 4), np.int16)
  array[2, 2] = 1000, 500, 250, 100
  shown = {"PhotometricInterpretation": "MONOCHROME1"}
  found = series.read(made.write(tmp_path, array, change=change, **shown))
  assert found.array[0, 0].tolist() == [1000] * 4
  assert found.array[2, 2].tolist() == [0, 0, 250, 600]


@pytest.mark.parametrize(
  ("shown", "wanted"),
  [
    ("MONOCHROME2", [0, 20, 40, 60, 80, 100]),
    ("MONOCHROME1", [100, 80, 60, 40, 20, 0]),
  ],
)
def test_a_table_is_of_what_is_stored(tmp_path, shown, wanted):
  table = np.arange(0, 128, 2, dtype="<u2")

  def change(one, k):
    del k
    item = pydicom.Dataset()
    item.LUTDescriptor = [64, 0, 16]
    item.add_new("LUTData", "OW", table.tobytes())
    one.ModalityLUTSequence = [item]

  array = np.zeros((6, 5, 4), np.uint16)
  array[...] = 10 * np.arange(6)[:, None, None]
  path = tmp_path / shown
  told = {"bits": 12, "PhotometricInterpretation": shown}
  found = series.read(made.write(path, array, change=change, **told)).array
  assert found[:, 0, 0].tolist() == wanted


def test_a_slope_of_each_slice(tmp_path):
  def change(one, k):
    one.RescaleSlope, one.RescaleIntercept = k + 0.5, 0

  array = made.voxels()
  found = series.read(made.write(tmp_path, array, change=change))
  np.testing.assert_allclose(found.array, array * (np.arange(4) + 0.5))
  assert found.array.dtype == np.float32


@pytest.mark.parametrize(
  ("dtype", "number", "intercept"),
  [
    ("u4", 3_000_000_000, -1),
    ("u4", 5, -3_000_000_000),
    ("i4", 2**31 - 1, 1),
    ("i2", 2**15 - 1, 2**31 - 1),
  ],
)
def test_numbers_beyond_32_bits_do_not_wrap(tmp_path, dtype, number, intercept):
  array = np.full((6, 5, 4), number, dtype)
  told = {"RescaleSlope": 1, "RescaleIntercept": intercept}
  path = tmp_path / "a"
  files = made.write(path, array, bits=8 * array.dtype.itemsize, **told)
  found = series.read(files).array
  assert found.dtype == np.float32
  np.testing.assert_allclose(found, float(number + intercept), rtol=1e-6)


def test_many_frames_in_one_file(tmp_path):
  array = made.voxels()
  path = made.write_enhanced(tmp_path / "a", array, order=[2, 0, 3, 1])
  found = series.read([path])
  np.testing.assert_array_equal(found.array, array - 100)
  assert found.slices == ((0, 1), (0, 3), (0, 0), (0, 2))
  affine = series.read(made.write(tmp_path / "b", array)).affine
  np.testing.assert_allclose(found.affine, affine)


def test_a_slope_that_is_told_of_all_frames_at_once(tmp_path):
  """As secondary captures of many frames do."""

  def change(one):
    for group in one.PerFrameFunctionalGroupsSequence:
      del group.PixelValueTransformationSequence
    one.RescaleSlope, one.RescaleIntercept = 2, -1000
    one.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7.3"

  array = made.voxels()
  path = made.write_enhanced(tmp_path / "a", array, change=change)
  np.testing.assert_array_equal(series.read([path]).array, 2 * array - 1000)


def test_what_is_told_of_each_frame_goes_before_what_is_told_of_all(tmp_path):
  def change(one):
    one.RescaleSlope, one.RescaleIntercept = 2, -1000

  array = made.voxels()
  path = made.write_enhanced(tmp_path / "a", array, change=change)
  np.testing.assert_array_equal(series.read([path]).array, array - 100)


@pytest.mark.parametrize(("places", "frames"), [(3, 4), (4, 3)])
def test_frames_without_a_place(tmp_path, places, frames):
  def change(one):
    groups = one.PerFrameFunctionalGroupsSequence
    one.PerFrameFunctionalGroupsSequence = groups[:places]
    one.NumberOfFrames = frames

  path = made.write_enhanced(tmp_path / "a", made.voxels(), change=change)
  told = f"a place for each frame, found {places} places for {frames} frames"
  with pytest.raises(DataError, match=told):
    series.read([path])


def test_a_file_that_is_there_twice_counts_once(tmp_path):
  paths = made.write(tmp_path)
  copy = tmp_path / "copy.dcm"
  copy.write_bytes(paths[1].read_bytes())
  assert series.read([*paths, copy]).array.shape == (6, 5, 4)
  other = pydicom.dcmread(copy)
  other.PixelData = bytes(len(other.PixelData))
  made.save(other, copy)
  with pytest.raises(DataError, match="two different ones of one SOPInstance"):
    series.read([*paths, copy])


def test_without_a_preamble(tmp_path):
  array = made.voxels()
  paths = made.write(tmp_path, array)
  for path in paths:
    path.write_bytes(path.read_bytes()[132:])
  np.testing.assert_array_equal(series.read(paths).array, array)


def colours(one, k):
  del k
  one.SamplesPerPixel, one.PlanarConfiguration = 3, 0
  one.PhotometricInterpretation = "RGB"


def no_pixels(one, k):
  if k == 2:
    del one.PixelData


def fewer_pixels(one, k):
  if k == 2:
    one.PixelData = one.PixelData[:10]


def no_place(one, k):
  del k
  del one.ImagePositionPatient


def film(one, k):
  del k
  one.NumberOfFrames = 7


def mosaic(one, k):
  del k
  one.ImageType = ["ORIGINAL", "PRIMARY", "M", "MOSAIC"]


def no_slope(one, k):
  if k == 1:
    one.RescaleSlope, one.RescaleIntercept = 0, 1


def an_x_ray(one, k):
  del k
  one.Modality = "DX"
  del one.ImagePositionPatient, one.ImageOrientationPatient


def nameless(one, k):
  if k == 1:
    del one.SOPInstanceUID


def shown_both_ways(one, k):
  one.PhotometricInterpretation = f"MONOCHROME{1 + k % 2}"


def same_place(one, k):
  if k == 3:
    one.ImagePositionPatient = list(made.positions(4)[2])


@pytest.mark.parametrize(
  ("change", "told"),
  [
    (colours, r"wanted gray pixels, found colour \(RGB\)"),
    (no_pixels, "wanted PixelData, found none"),
    (fewer_pixels, "wanted pixels that can be decoded"),
    (no_place, "wanted 3 numbers in ImagePositionPatient, found None"),
    (film, "found 7 frames without"),
    (mosaic, "found a mosaic"),
    (an_x_ray, "save pictures as PNG.*found a picture, modality DX"),
    (no_slope, "RescaleIntercept that keep numbers apart, found 0 and 1"),
    (nameless, "wanted a SOPInstanceUID in each file"),
    (shown_both_ways, "found MONOCHROME1 and MONOCHROME2"),
    (same_place, "1 more, of 4 slices"),
  ],
)
def test_what_is_no_volume(tmp_path, change, told):
  paths = made.write(tmp_path, change=change)
  with pytest.raises(DataError, match=told) as error:
    series.read(paths)
  assert str(error.value).startswith(f"{paths[0]} and 3 more: ")
  assert "\n" not in str(error.value)


def test_a_transfer_syntax_without_a_decoder(tmp_path):
  paths = made.write(tmp_path)
  for path in paths:
    one = pydicom.dcmread(path)
    one.file_meta.TransferSyntaxUID = pydicom.uid.MPEG2MPML
    one.PixelData = pydicom.encaps.encapsulate([one.PixelData])
    one.save_as(path)
  with pytest.raises(DataError, match="found MPEG2"):
    series.read(paths)


@pytest.mark.parametrize(
  "syntax", ["RLELossless", "DeflatedExplicitVRLittleEndian"]
)
def test_compressed_pixels(tmp_path, syntax):
  array = made.voxels()
  paths = made.write(tmp_path, array)
  for path in paths:
    one = pydicom.dcmread(path)
    if syntax == "RLELossless":
      one.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    else:
      one.file_meta.TransferSyntaxUID = getattr(pydicom.uid, syntax)
    one.save_as(path)
  np.testing.assert_array_equal(series.read(paths).array, array)


def test_big_endian(tmp_path):
  array = made.voxels()
  paths = made.write(tmp_path, array)
  for path in paths:
    one = pydicom.dcmread(path)
    swapped = np.frombuffer(one.PixelData, "<i2").astype(">i2").tobytes()
    one.PixelData = swapped
    one.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    order = {"implicit_vr": False, "little_endian": False}
    pydicom.dcmwrite(path, one, force_encoding=True, **order)
  found = series.read(paths).array
  np.testing.assert_array_equal(found, array)
  assert found.dtype == np.dtype("int16")


def test_damaged_files(tmp_path):
  paths = made.write(tmp_path)
  content = paths[0].read_bytes()
  for end in (140, 200, 400, len(content) - 5):
    paths[0].write_bytes(content[:end])
    with pytest.raises(DataError):
      series.read(paths)


def test_without_pydicom(tmp_path, monkeypatch):
  paths = made.write(tmp_path)
  monkeypatch.setitem(__import__("sys").modules, "pydicom", None)
  with pytest.raises(DataError, match=r"pip install 'alx-imaging\[dicom\]'"):
    series.read(paths)
