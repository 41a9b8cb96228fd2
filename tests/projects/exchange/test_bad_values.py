"""Values that hospitals send: of no class, no numbers, in layers."""

import numpy as np
import pytest

from tests.projects.ingest_cases import GOOD, LABEL, refused, taken
from tests.projects.label_files import (
  SHAPE,
  nifti,
  nrrd,
  patched,
  segments,
)


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
