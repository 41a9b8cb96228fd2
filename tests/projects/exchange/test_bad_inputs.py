"""Inputs that hospitals send, and the right answer to each."""

import gzip
import io

import numpy as np
import pytest
from PIL import Image

from alx.projects.exchange import params
from alx.projects.exchange.grid import Grid
from alx.projects.exchange.ingest import Target, ingest
from alx.projects.exchange.refused import Refused
from tests.projects.label_files import (
  AFFINE,
  NAMES,
  SHAPE,
  a_label,
  nifti,
  nrrd,
  patched,
  segments,
  target,
)

LABEL = a_label()
GOOD = nifti(LABEL)


def refused(content, code, *words, told=None, at=None, name=""):
  found = ingest(content, at or target(), told, name)
  assert (found.code, found.status, found.label) == (code, "quarantined", None)
  for word in words:
    assert word in found.problem, found.problem
  assert "\n" not in found.line()
  return found


def taken(content, *fixes, told=None, at=None, name="", want=LABEL):
  found = ingest(content, at or target(), told, name)
  assert found.code == 200, found.problem
  assert found.status == ("repaired" if fixes else "accepted"), found.line()
  for word in fixes:
    assert word in "; ".join(found.fixes)
  np.testing.assert_array_equal(found.label, want)
  assert found.label.dtype == np.uint8
  return found


def flagged(word, *args, **how):
  found = ingest(*args, **how)
  assert found.code == 200, found.problem
  assert any(word in flag for flag in found.flags), found.flags
  return found


def test_a_good_one():
  taken(GOOD)
  taken(gzip.decompress(GOOD))
  taken(nrrd(LABEL))


def test_01_empty():
  refused(b"", 400, "empty")


def test_02_a_bomb():
  bomb = gzip.compress(bytes(2**24))
  refused(bomb, 413, "decompressed")
  refused(nrrd(np.zeros((60, 60, 60))), 413)


@pytest.mark.parametrize(
  "damage",
  [
    lambda c: c[: len(c) // 2],
    lambda c: c[: int(len(c) * 0.95)],
    lambda c: c[:-8],
    lambda c: c[:-8] + bytes([c[-8] ^ 1]) + c[-7:],
    lambda c: (
      c[: len(c) // 2] + bytes([c[len(c) // 2] ^ 4]) + c[len(c) // 2 + 1 :]
    ),
    lambda c: c + b"more",
    lambda c: c[:12],
  ],
)
@pytest.mark.parametrize("whole", [GOOD, nrrd(LABEL)])
def test_03_damaged(damage, whole):
  head = whole.find(b"\n\n") + 2 if whole.startswith(b"NRRD") else 0
  refused(whole[:head] + damage(whole[head:]), 422, "send it again")


def test_04_other_things_by_that_name():
  refused(b"<html>not found</html>", 415, "HTML")
  refused(b"once upon a time" * 40, 415, "text")
  png = io.BytesIO()
  Image.new("L", (8, 8)).save(png, "PNG")
  refused(png.getvalue(), 415, "PNG")
  refused(gzip.compress(b"hello"), 415)
  taken(gzip.decompress(GOOD), "plain .nii", name="case_001.nii.gz")
  taken(GOOD, "gzip under", name="case_001.nii")


def test_05_by_content_never_by_name():
  taken(GOOD, name="case_001.exe")
  refused(b"MZ" + bytes(400), 415, "program", name="case_001.nii.gz.exe")
  refused(b"\x80\x04" + bytes(400), 415, "pickle", name="case_001")


@pytest.mark.parametrize(
  ("place", "kind", "value", "word"),
  [
    (42, "<i2", 3000, "bytes"),
    (42, "<i2", 0, "extents"),
    (42, "<i2", -5, "extents"),
    (40, "<i2", 9, "axes"),
    (108, "<f4", 0.0, "byte"),
    (108, "<f4", 348.0, "byte"),
    (108, "<f4", np.nan, "byte"),
    (108, "<f4", 360.0, "bytes"),
    (72, "<i2", 16, "bits"),
  ],
)
def test_06_header_and_bytes_disagree(place, kind, value, word):
  refused(patched(GOOD, place, kind, value), 422, word)


@pytest.mark.parametrize(
  ("code", "bits", "word"),
  [
    (128, 24, "RGB"),
    (32, 64, "complex"),
    (1536, 128, "float128"),
    (1, 1, "1-b"),
  ],
)
def test_07_types_that_are_no_numbers(code, bits, word):
  broken = patched(patched(GOOD, 70, "<i2", code), 72, "<i2", bits)
  refused(broken, 422, word)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_08_whole_numbers_as_floats(kind):
  taken(nifti(LABEL.astype(kind)), "made integers")


def test_08_other_integers():
  for kind in (np.int16, np.uint16, np.int32, np.int8):
    taken(nifti(LABEL.astype(kind)))


def test_09_fractions():
  soft = LABEL.astype(np.float32)
  soft[0, 0, 0] = 0.5
  refused(nifti(soft), 422, "integers", "0.5")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_10_no_numbers(value):
  bad = LABEL.astype(np.float32)
  bad[0, 0, 0] = value
  refused(nifti(bad), 422, "NaN")


def test_11_negative():
  bad = LABEL.astype(np.int16)
  bad[0, 0, 0] = -1
  refused(nifti(bad), 422, "negative", "-1")


def test_12_values_of_no_class():
  bad = LABEL.copy()
  bad[0, 0, :2] = 3, 7
  refused(nifti(bad), 422, "3, 7", "0 to 2")


def test_13_beyond_a_byte_is_not_wrapped():
  bad = LABEL.astype(np.uint16)
  bad[0, 0, 0] = 258  # wraps to 2
  refused(nifti(bad), 422, "258")


def test_14_scaled_values():
  scaled = patched(GOOD, 112, "<f4", 2.0)
  refused(scaled, 422, "scl_slope")
  refused(patched(patched(GOOD, 112, "<f4", 1.0), 116, "<f4", 1.0), 422)
  taken(patched(GOOD, 112, "<f4", 0.0))  # the standard's word for none


def test_15_a_fourth_axis_of_one():
  taken(nifti(LABEL[..., None]), "length 1")


def test_16_layers():
  layers = np.stack([LABEL == 1, LABEL == 2]).astype(np.uint8)
  named = segments(("Posterior", 1, 1), ("anterior", 1, 0))
  taken(nrrd(layers, extra=named), "joined by name")
  layers[1, 0, 1, 1] = 1
  refused(nrrd(layers, extra=named), 422, "overlap in 1 voxels")
  hot = np.stack([c == LABEL for c in range(3)], -1).astype(np.uint8)
  refused(nifti(hot), 422, "layers without names")
  refused(nifti(np.ones((*SHAPE, 2), np.uint8)), 422, "overlap in 336")


def test_16_names_of_segments_count_not_their_numbers():
  other = np.where(LABEL > 0, 3 - LABEL, 0)
  named = segments(("posterior", 1, 0), ("anterior", 2, 0))
  taken(nrrd(other, extra=named), "numbered by name")
  refused(nrrd(LABEL, extra=segments(("Segment_1", 1, 0))), 422, "Segment_1")
  only = segments(("anterior", 1, 0))
  refused(nrrd(LABEL, extra=only), 422, "no segment describes")


def test_17_a_slice():
  refused(nifti(LABEL[:, :, 3]), 422, "a slice of 6 x 7")
  refused(nifti(LABEL[:, :, 3:4]), 422, "a slice of 6 x 7 x 1")
  refused(nrrd(LABEL[:, :, 3:4]), 422, "a slice of 6 x 7 x 1")


def test_18_axes_swapped_and_flipped():
  for order, flips in [((2, 0, 1), (0, 2)), ((0, 1, 2), (0,)), ((1, 0, 2), ())]:
    turned = np.flip(np.transpose(LABEL, order), flips)
    change = np.zeros((4, 4))
    change[3, 3] = 1
    for i, axis in enumerate(order):
      change[axis, i] = -1 if i in flips else 1
      change[axis, 3] = SHAPE[axis] - 1 if i in flips else 0
    taken(nifti(turned, AFFINE @ change), "turned back")


def test_19_cropped_and_enlarged():
  crop = AFFINE.copy()
  crop[:3, 3] = AFFINE[:3] @ [0, 1, 1, 1]
  taken(nifti(LABEL[:, 1:, 1:7], crop), "put into 6 x 7 x 8")
  wide = AFFINE.copy()
  wide[:3, 3] = AFFINE[:3] @ [-1, -2, 0, 1]
  padded = np.pad(LABEL, ((1, 1), (2, 0), (0, 0)))
  taken(nifti(padded, wide), "put into")
  padded[0, 0, 0] = 1
  refused(nifti(padded, wide), 422, "1 labelled voxels are outside")


def test_20_another_spacing():
  affine = AFFINE @ np.diag([0.5, 0.5, 1, 1])
  twice = LABEL.repeat(2, 0).repeat(2, 1)
  refused(nifti(twice, affine), 422, "voxels of 0.5 x 1 x 3 mm", "1 x 2 x 3")


@pytest.mark.parametrize(
  "affine",
  [
    np.diag([1.0, 2, 3, 1]),
    AFFINE @ np.diag([-1.0, 1, 1, 1]),
    AFFINE
    + np.eye(4)[:, [3, 3, 3, 0]] * 0
    + np.outer([1, 0, 0, 0], [0, 0, 0, 1]),
  ],
)
def test_21_same_shape_elsewhere(affine):
  found = refused(nifti(LABEL, affine), 422, "wrong geometry")
  assert "mm" in found.problem


def off_by(mm):
  affine = AFFINE.copy()
  affine[0, 3] += mm
  return nifti(LABEL, affine)


def test_22_off_by_rounding():
  taken(off_by(1e-4))
  taken(off_by(0.015), "snapped")  # 2% of 1 mm is the limit


@pytest.mark.parametrize("mm", [0.03, 0.1, 0.5, 0.9])
def test_23_off_by_part_of_a_voxel(mm):
  refused(off_by(mm), 422, "wrong geometry")


def test_24_two_forms():
  def shifted(header):
    other = AFFINE.copy()
    other[0, 3] += 4
    header.set_qform(other, 1)

  flagged("sform and qform are 4 mm", nifti(LABEL, change=shifted), target())

  elsewhere = patched(GOOD, 280 + 12, "<f4", AFFINE[0, 3] + 4)  # of the sform
  refused(elsewhere, 422, "wrong geometry")

  without = patched(GOOD, 252, "<i2", 0)  # qform_code
  taken(without)
  refused(patched(without, 254, "<i2", 0), 422, "neither")


def test_25_affines_that_cannot_be():
  lean = AFFINE.copy()
  lean[0, 1] = 0.4
  shear = nifti(LABEL, AFFINE)
  for row in range(3):
    for column in range(4):
      place = 280 + 16 * row + 4 * column
      shear = patched(shear, place, "<f4", lean[row, column])
  refused(shear, 422, "right angles")
  refused(patched(GOOD, 280, "<f4", 0.0), 422)
  refused(patched(GOOD, 280, "<f4", np.nan), 422)


def test_26_of_another_patient():
  draft = np.zeros(SHAPE, np.uint8)
  draft[0:2, 5:7, 6:8] = 1
  body = draft > 0
  flagged("of another image?", GOOD, target(draft=draft, body=body))
  refused(GOOD, 409, "another image", told={"image_sha256": "b" * 64})
  taken(GOOD, told={"image_sha256": "a" * 64})


def test_27_nothing_labelled():
  empty = np.zeros(SHAPE, np.uint8)
  refused(nifti(empty), 409, "nothing is labelled")
  taken(nifti(empty), told={"nothing_to_label": True}, want=empty)
  one = nrrd(np.zeros((1, 1, 1)))  # as Slicer saves an empty segmentation
  refused(one, 409, "nothing is labelled")


def test_28_as_the_draft():
  at = target(draft=LABEL)
  found = taken(GOOD, at=at)
  assert (found.decision, found.changed, found.flags) == ("accept", 0, ())
  flagged("rubber stamp", GOOD, at, {"seconds": 2.0})
  assert not ingest(GOOD, at, {"seconds": 20.0}).flags


def test_29_swapped_shifted_or_missing():
  at = target(draft=LABEL)
  swapped = np.array([0, 2, 1], np.uint8)[LABEL]
  found = refused(nifti(swapped), 409, "have moved", "1.00", at=at)
  assert ".seg.nrrd" in found.problem
  taken(nifti(swapped), told={"values_checked": True}, at=at, want=swapped)
  gone = np.where(LABEL == 2, 0, LABEL)
  flagged("had posterior, this has none", nifti(gone), at)


def test_29_one_class_deleted_and_the_next_renumbered():
  moved = np.where(LABEL == 2, 1, 0).astype(np.uint8)
  refused(
    nifti(moved), 409, "1 (anterior) lies on posterior", at=target(draft=LABEL)
  )


def test_30_speckle():
  shape = 40, 40, 20
  label = np.zeros(shape, np.uint8)
  label[::4, ::4, ::4] = 1
  at = Target("c", Grid(shape, AFFINE), NAMES)
  flagged("speckle", nifti(label), at)
  thin = LABEL.copy()
  thin[5, 0:2, 0] = 1
  flagged("one slice thick", nifti(thin), target())


@pytest.mark.parametrize(
  ("text", "code"),
  [
    ("case_009", 404),
    ("../case_001", 400),
    ("case_001\0", 400),
    ("/etc/passwd", 400),
    ("cаse_001", 400),  # a Cyrillic a
    ("x" * 300, 400),
    ("", 400),
    (None, 400),
    (["case_001"], 400),
    ("case..001", 400),
    (".case_001", 400),
    ("CASE_001", 404),
  ],
)
def test_31_and_32_ids_of_no_case(text, code):
  with pytest.raises(Refused) as error:
    params.checked_id(text, {"case_001"}, "case")
  assert error.value.code == code
  assert not isinstance(text, str) or not text or text not in str(error.value)


def test_31_an_id_of_a_case():
  assert params.checked_id("case_001", {"case_001"}, "case") == "case_001"


@pytest.mark.parametrize(
  "content",
  [
    b"{",
    b"[]",
    b"[" * 50_000,
    b'{"minutes": NaN}',
    b'{"minutes": Infinity}',
    b'{"minutes": "long"}',
    b'{"minutes": true}',
    b'{"decision": {"a": 1}}',
    b'{"a": ' + b'{"a": ' * 20 + b"1" + b"}" * 21,
    b'{"comment": "' + b"x" * 2**16 + b'"}',
    b"\xff\xfe",
  ],
)
def test_33_params_that_are_none(content):
  with pytest.raises(Refused) as error:
    params.parse(content)
  assert error.value.code == 400


def test_33_params():
  assert params.parse(b"") == {}
  assert params.parse(b'{"minutes": 2, "path": "/home/anna"}') == {"minutes": 2}
  assert params.parse(b'{"seconds": -3}') == {}  # a clock that ran backwards


def test_34_names_that_contradict_the_voxels():
  named = [{"name": "anterior", "idx": 1}, {"name": "posterior", "idx": 2}]
  taken(GOOD, told={"label_info": named})
  shifted = [{"name": "anterior", "idx": 2}, {"name": "posterior", "idx": 3}]
  refused(GOOD, 409, "label_info", told={"label_info": shifted})
  refused(GOOD, 409, "posterior", told={"label_info": named[:1]})
  refused(GOOD, 409, "liver", told={"label_info": [{"name": "liver"}]})
  refused(GOOD, 400, told={"label_info": "anterior"})


def test_39_a_frozen_case():
  flagged("frozen", GOOD, target(frozen=True))


def test_41_dicom_segmentations():
  content = bytes(128) + b"DICM" + bytes(300)
  refused(content, 422, "DICOM", ".seg.nrrd")


def test_of_a_unit_only_its_voxels_are_taken():
  region = np.zeros(SHAPE, bool)
  region[:, :, :4] = True
  found = ingest(GOOD, target(region=region, draft=np.zeros(SHAPE, np.uint8)))
  np.testing.assert_array_equal(found.label, np.where(region, LABEL, 0))


def png(array, mode=None):
  content = io.BytesIO()
  Image.fromarray(array, mode).save(content, "PNG")
  return content.getvalue()


def test_pictures():
  flat = LABEL[..., 2]
  at = Target("p", Grid(flat.shape, None), NAMES)
  taken(png(flat), at=at, want=flat)
  taken(png(np.stack([flat] * 3, -1)), "one channel", at=at, want=flat)
  refused(png(flat[:4]), 422, "6 x 7 pixels", at=at)
  refused(png(np.where(flat, 255, 0).astype(np.uint8)), 422, "255", at=at)
  colours = np.zeros((*flat.shape, 3), np.uint8)
  colours[..., 0] = 255
  refused(png(colours), 422, "colours", at=at)
  jpeg = io.BytesIO()
  Image.fromarray(flat).save(jpeg, "JPEG")
  refused(jpeg.getvalue(), 415, "JPEG", at=at)
  refused(png(flat)[:-30], 422, "send it again", at=at)
  refused(GOOD, 413 if len(GOOD) > 10**6 else 415, at=at)
