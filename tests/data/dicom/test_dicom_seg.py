"""Masks as DICOM SEG: there and back, and what is refused."""

import io

import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.dicom import kept, seg, seg_read, series
from alx.data.dicom.deidentify import Door
from tests import dicom_files as made

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed")
highdicom = pytest.importorskip(
  "highdicom", reason="highdicom is not installed"
)

NAMES = ("background", "anterior", "posterior")
MADE = {"how": seg.SEMIAUTOMATIC, "algorithm": "alx", "version": "1 v003"}


def mask():
  """[6, 5, 4], with both classes and an empty slice."""
  found = np.zeros((6, 5, 4), np.uint8)
  found[1:4, 2:5, :2] = 1
  found[4:, 0, 1] = 2
  found[0, 0, 3] = 2
  return found


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
  return series.read(made.write(tmp_path_factory.mktemp("series")))


@pytest.fixture(scope="module")
def content(volume):
  return seg.write(mask(), kept.source_of(volume), NAMES, **MADE)


def read(content, volume):
  source = kept.source_of(volume)
  return seg_read.read(content, source, volume.array.shape, volume.affine)


def joined(found):
  out = np.zeros(found.array.shape[1:], np.uint8)
  for layer, name in zip(found.array, found.names, strict=True):
    out[layer > 0] = NAMES.index(name)
  return out


def test_there_and_back(volume, content):
  found = read(content, volume)
  np.testing.assert_array_equal(joined(found), mask())
  assert found.affine is volume.affine
  assert found.flags == ("posterior: 1 slices without it between two with it",)


def test_the_images_are_listed_once_not_for_each_frame(
  volume, content, monkeypatch
):
  listed, place_of = [], kept.Source.place_of

  def counted(source):
    listed.append(source)
    return place_of(source)

  monkeypatch.setattr(kept.Source, "place_of", counted)
  read(content, volume)
  frames = int(pydicom.dcmread(io.BytesIO(content)).NumberOfFrames)
  assert len(listed) == 4 < frames + 1  # twice for each of two checks


def test_highdicom_reads_the_same(volume, content):
  """Its axes are slices from the last to the first, rows, columns."""
  found = highdicom.seg.segread(io.BytesIO(content))
  array = found.get_volume(combine_segments=True).array
  np.testing.assert_array_equal(array[::-1].transpose(2, 1, 0), mask())
  told = found.SegmentSequence[1]
  by = told.SegmentationAlgorithmIdentificationSequence[0]
  assert (by.AlgorithmName, by.AlgorithmVersion) == ("alx", "1 v003")
  assert told.SegmentLabel == "posterior"
  assert told.SegmentAlgorithmType == "SEMIAUTOMATIC"
  assert found.PatientID == "P1"


def test_the_same_mask_has_the_same_name(volume, content):
  source = kept.source_of(volume)
  again = seg.write(mask(), source, NAMES, **MADE)
  other = seg.write(mask(), source, NAMES, how=seg.MANUAL)
  uids = [
    pydicom.dcmread(io.BytesIO(x)).SOPInstanceUID
    for x in (content, again, other)
  ]
  assert uids[0] == uids[1] != uids[2]


def test_of_one_mask_is_what_was_written_at_two_times(volume, content):
  source = kept.source_of(volume)
  later = pydicom.dcmread(io.BytesIO(content))
  later.ContentTime = "000000"
  assert seg.is_same(content, bytes_of(later)) and bytes_of(later) != content
  other = seg.write(mask(), source, NAMES, how=seg.MANUAL)
  assert not seg.is_same(content, other)
  assert not seg.is_same(b"", content) and not seg.is_same(b"x" * 200, content)


@pytest.mark.parametrize("characters", ["ISO_IR 100", None])
@pytest.mark.parametrize("is_kept", [False, True])
def test_names_of_any_script(tmp_path, characters, is_kept):
  """They are more than the images' own characters can tell apart."""
  said = {"SpecificCharacterSet": characters} if characters else {}
  name = "M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller^Hans"
  volume = series.read(made.write(tmp_path, PatientName=name, **said))
  source = kept.source_of(volume)
  if is_kept:
    content = kept.encode(volume, Door(bytes(32)), "P")
    source = kept.decode(content, "case")
  names = (
    "background",
    "\u809d\u81d3",
    "\u816b\u760d",
    "\u03b7\u03c0\u03b1\u03c1",
  )
  names += ("L\N{LATIN SMALL LETTER A WITH DIAERESIS}sion",)
  content = seg.write(mask(), source, names, **MADE)
  found = seg_read.read(content, source, volume.array.shape, volume.affine)
  assert found.names == names[1:]
  told = pydicom.dcmread(io.BytesIO(content))
  assert told.SegmentSequence[0].SegmentLabel == names[1]
  assert str(told.PatientName) == ("P" if is_kept else name)


@pytest.mark.parametrize("name", ["x" * 65, "left\\right"])
def test_names_that_no_seg_can_hold(volume, name):
  names = ("background", "x" * 64, name)
  with pytest.raises(DataError) as error:
    seg.write(mask(), kept.source_of(volume), names, **MADE)
  wanted = "names of at most 64 characters, without backslashes"
  assert str(error.value) == f"SEG: wanted {wanted}, found {name!r}"
  first, source = (mask() == 1).astype(np.uint8), kept.source_of(volume)
  content = seg.write(first, source, names[:2], **MADE)
  assert read(content, volume).names == names[1:2]


def test_an_empty_mask(volume):
  none = np.zeros((6, 5, 4), np.uint8)
  found = read(seg.write(none, kept.source_of(volume), NAMES, **MADE), volume)
  assert not found.array.any()


def test_of_an_image_of_many_frames(tmp_path):
  path = made.write_enhanced(tmp_path / "a", made.voxels(), order=[2, 0, 3, 1])
  volume = series.read([path])
  source = kept.source_of(volume)
  content = seg.write(mask(), source, NAMES, **MADE)
  np.testing.assert_array_equal(joined(read(content, volume)), mask())


def test_of_frames_that_each_say_how_they_lie(tmp_path):
  """Their sizes and directions need not stand where all frames share them."""
  change = made.told_of_each
  path = made.write_enhanced(tmp_path / "a", made.voxels(), change=change)
  volume = series.read([path])
  decoded = kept.decode(kept.encode(volume, Door(bytes(32)), "P"), "case")
  for source in (kept.source_of(volume), decoded):
    content = seg.write(mask(), source, NAMES, **MADE)
    shape, affine = volume.array.shape, volume.affine
    found = seg_read.read(content, source, shape, affine)
    np.testing.assert_array_equal(joined(found), mask())
  told = volume.headers[0]
  assert "SharedFunctionalGroupsSequence" not in told  # a copy was changed


def test_several_images_that_can_have_many_frames(tmp_path):
  paths = made.write_enhanced_each(tmp_path, made.voxels())
  volume = series.read(paths)
  np.testing.assert_array_equal(volume.array, made.voxels() - 100)
  with pytest.raises(DataError) as error:
    seg.write(mask(), kept.source_of(volume), NAMES, **MADE)
  assert str(error.value) == (
    "SEG: wanted images of one frame each, or one image of many frames, "
    "found 4, of which 4 can have many"
  )


@pytest.mark.parametrize(
  ("keyword", "kind", "value"),
  [
    ("PatientBirthDate", "DA", "0000"),
    ("StudyDate", "DA", "20.1.2020"),
    ("StudyTime", "TM", "99:99"),
    ("PatientSex", "CS", "weiblich"),
    ("PatientWeight", "DS", "70,5"),
    ("SpacingBetweenSlices", "DS", "abc"),
  ],
)
def test_what_says_nothing_keeps_no_mask_from_being_a_seg(
  tmp_path, keyword, kind, value
):
  def change(one, k):
    del k
    tag, content = pydicom.tag.Tag(keyword), value.encode()
    content += b" " * (len(content) % 2)
    raw = tag, kind, len(content), content, 0, False, True
    one[tag] = pydicom.dataelem.RawDataElement(*raw)

  volume = series.read(made.write(tmp_path, change=change))
  content = seg.write(mask(), kept.source_of(volume), NAMES, **MADE)
  np.testing.assert_array_equal(joined(read(content, volume)), mask())
  assert not pydicom.dcmread(io.BytesIO(content)).get(keyword)


def test_frames_of_another_way_come_with_their_own_grid(volume):
  """As a viewer writes that turns the volume: from the top, rows back."""
  source = kept.source_of(volume)
  content = seg.write(mask(), source, NAMES, **MADE)
  found = read(made.turned_seg(content), volume)
  step = np.linalg.inv(volume.affine) @ found.affine
  np.testing.assert_allclose(np.diag(step), (1, -1, -1, 1), atol=1e-6)
  np.testing.assert_array_equal(joined(found)[:, ::-1, ::-1], mask())


def bytes_of(one):
  content = io.BytesIO()
  one.save_as(content)
  return content.getvalue()


def of_another_series(one):
  one.ReferencedSeriesSequence[0].SeriesInstanceUID = made.uid("other")


def of_no_series(one):
  del one.ReferencedSeriesSequence


def a_slice_that_is_not_there(one):
  item = one.ReferencedSeriesSequence[0].ReferencedInstanceSequence[2]
  item.ReferencedSOPInstanceUID = made.uid("other")


def another_frame_of_reference(one):
  one.FrameOfReferenceUID = made.uid("other")


def a_slice_twice(one):
  groups = one.PerFrameFunctionalGroupsSequence
  groups[1].PlanePositionSequence = groups[0].PlanePositionSequence
  groups[1].DerivationImageSequence = groups[0].DerivationImageSequence


def a_slice_at_anothers_place(one):
  groups = one.PerFrameFunctionalGroupsSequence
  groups[0].PlanePositionSequence = groups[1].PlanePositionSequence


def a_segment_without_description(one):
  one.SegmentSequence.pop()


def a_frame_too_few(one):
  one.PerFrameFunctionalGroupsSequence.pop()


def pixels_too_few(one):
  one.PixelData = one.PixelData[:2]


def between_slices(one):
  for group in one.PerFrameFunctionalGroupsSequence:
    place = group.PlanePositionSequence[0].ImagePositionPatient
    place[2] += 0.4 * made.STEP * (float(place[2]) > 31)


def fractions(one):
  one.SegmentationType, one.MaximumFractionalValue = "FRACTIONAL", 255
  one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
  size = one.NumberOfFrames * one.Rows * one.Columns
  one.PixelData = bytes([127]) * (size + size % 2)


def far_too_large(one):
  one.Rows = one.Columns = 30000


def an_image(one):
  one.SOPClassUID = made.MR
  one.Modality = "MR"


@pytest.mark.parametrize(
  ("change", "told"),
  [
    (
      of_another_series,
      "wanted a SEG of this case's series, found one of anot",
    ),
    (of_no_series, "no reference to one"),
    (a_slice_that_is_not_there, "1 of 4 that the series does not have"),
    (another_frame_of_reference, "the frame of reference of the series, found"),
    (a_slice_twice, "each slice of a segment once, found one twice"),
    (a_slice_at_anothers_place, "frames where their slices are"),
    (a_segment_without_description, "a description of each segment, found seg"),
    (a_frame_too_few, "3 places for 4 frames"),
    (pixels_too_few, "a damaged one"),
    (between_slices, "frames at slices of the image, found some between"),
    (fractions, "a label for each voxel, found fractions"),
    (far_too_large, "a SEG of the size of the image, found 2 segments, 4 fra"),
    (an_image, "wanted a DICOM SEG, found DICOM MR"),
  ],
)
def test_what_is_refused(volume, content, change, told):
  one = pydicom.dcmread(io.BytesIO(content))
  change(one)
  with pytest.raises(DataError, match=told) as error:
    read(bytes_of(one), volume)
  assert made.uid("other") not in str(error.value)


def test_fractions_that_are_whole(volume, content):
  one = pydicom.dcmread(io.BytesIO(content))
  planes = one.pixel_array * 255
  fractions(one)
  one.PixelData = planes.astype(np.uint8).tobytes()
  np.testing.assert_array_equal(joined(read(bytes_of(one), volume)), mask())


def test_a_label_map_as_seg(volume):
  found = highdicom.seg.Segmentation(
    source_images=seg._frames(mask(), kept.source_of(volume))[0],
    pixel_array=mask().transpose(2, 1, 0),
    segmentation_type="LABELMAP",
    segment_descriptions=[
      seg._description(highdicom, n, name, (seg.MANUAL, "", ""))
      for n, name in enumerate(NAMES[1:], 1)
    ],
    series_instance_uid=made.uid("seg"),
    series_number=2,
    sop_instance_uid=made.uid("seg 1"),
    instance_number=1,
    manufacturer="m",
    manufacturer_model_name="n",
    software_versions="1",
    device_serial_number="1",
  )
  np.testing.assert_array_equal(joined(read(bytes_of(found), volume)), mask())
