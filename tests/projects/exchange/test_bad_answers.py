"""Answers that hospitals send: of whom, for what, about which case."""

import io

import numpy as np
import pytest
from PIL import Image

from alx.projects.exchange import params
from alx.projects.exchange.grid import Grid
from alx.projects.exchange.ingest import Target, ingest
from alx.projects.exchange.refused import Refused
from tests.projects.ingest_cases import GOOD, LABEL, flagged, refused, taken
from tests.projects.label_files import (
  AFFINE,
  NAMES,
  SHAPE,
  nifti,
  nrrd,
  target,
)


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
  tiff = io.BytesIO()  # holds flat: Pillow keeps the look
  Image.fromarray(255 - flat).save(tiff, "TIFF", tiffinfo={262: 0})
  taken(tiff.getvalue(), at=at, want=flat)
  colours = np.zeros((*flat.shape, 3), np.uint8)
  colours[..., 0] = 255
  refused(png(colours), 422, "colours", at=at)
  jpeg = io.BytesIO()
  Image.fromarray(flat).save(jpeg, "JPEG")
  refused(jpeg.getvalue(), 415, "JPEG", at=at)
  refused(png(flat)[:-30], 422, "send it again", at=at)
  refused(GOOD, 413 if len(GOOD) > 10**6 else 415, at=at)
