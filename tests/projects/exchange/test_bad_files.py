"""Files that hospitals send: damaged, mislabelled, of other kinds."""

import gzip
import io

import numpy as np
import pytest
from PIL import Image

from tests.projects.ingest_cases import GOOD, LABEL, refused, taken
from tests.projects.label_files import (
  nrrd,
  patched,
)


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


def test_41_dicom_segmentations():
  content = bytes(128) + b"DICM" + bytes(300)
  refused(content, 422, "did not come as DICOM", ".seg.nrrd")
