"""Edits against counting by hand and an oracle that compares all pixels."""

import itertools

import numpy as np
import pytest

from alx.effort.edits import edit_of, totals_of
from alx.effort.words import work_line


def square(low, high, n=7):
  mask = np.zeros((n, n), np.uint8)
  mask[low:high, low:high] = 1
  return mask


def test_from_scratch_is_the_whole_contour():
  # A square of 5 has 16 contour pixels, of 2 mm each.
  edit = edit_of(None, square(1, 6), 2, spacing_mm=(2.0, 2.0))
  assert edit.added.tolist() == edit.whole.tolist() == [32.0]
  assert (edit.erased[0], edit.components[0], edit.missed[0]) == (0, 1, 1)
  assert (edit.touched, edit.viewed, edit.unit) == (1, 1, "mm")


def test_a_line_is_all_contour_whatever_the_draft_is():
  line, draft = np.zeros((2, 10, 10), np.uint8)
  line[3, 2:7] = 1
  draft[8, 8] = 1
  for shown in (None, line, draft):
    assert edit_of(shown, line, 2).whole.tolist() == [5.0]
  assert edit_of(draft, line, 2).added.tolist() == [5.0]


def test_a_sheet_that_is_cut_by_slices_is_all_contour():
  sheet = np.zeros((9, 9, 4), np.uint8)
  sheet[2:7, 4, 1:3] = 1
  assert edit_of(None, sheet, 2, plane="axial").whole.tolist() == [10.0]


def test_a_picture_of_one_row_ends_at_its_two_pixels():
  row = np.zeros((1, 9), np.uint8)
  row[0, 2:7] = 1
  assert edit_of(None, row, 2).whole.tolist() == [2.0]


def test_an_accepted_draft_costs_nothing():
  edit = edit_of(square(1, 6), square(1, 6), 2)
  assert (edit.added[0], edit.erased[0], edit.components[0]) == (0, 0, 0)
  assert (edit.touched, edit.unit) == (0, "voxels")


def test_one_pixel_too_small_is_as_dear_as_scratch_without_a_tolerance():
  draft, final = square(2, 5), square(1, 6)
  exact = edit_of(draft, final, 2)
  assert (exact.added[0], exact.erased[0]) == (16, 8)
  # The corners are sqrt(2) from the draft's contour, the others 1.
  near = edit_of(draft, final, 2, tolerance_mm=1.0)
  assert (near.added[0], near.erased[0], near.components[0]) == (4, 0, 1)
  far = edit_of(draft, final, 2, tolerance_mm=1.5)
  assert (far.added[0], far.components[0], far.touched) == (0, 0, 0)


def test_a_false_part_goes_with_one_click():
  draft = square(1, 4, 10)
  draft[6:9, 6:9] = 1
  edit = edit_of(draft, square(1, 4, 10), 2)
  assert (edit.added[0], edit.erased[0]) == (0, 0)
  assert (edit.components[0], edit.deleted[0], edit.slices[0]) == (1, 1, 0)
  assert edit.changed[0] == 9


def test_a_missed_object_is_drawn_and_counted():
  final = square(1, 4, 10)
  final[6:9, 6:9] = 1
  edit = edit_of(square(1, 4, 10), final, 2)
  assert (edit.missed[0], edit.added[0], edit.components[0]) == (1, 8, 1)


def test_slices_of_a_volume_are_those_of_the_plane():
  final = np.zeros((6, 6, 4), np.uint8)
  final[1:5, 1:5, 1:3] = 1
  axial = edit_of(None, final, 2, spacing_mm=(1, 1, 3))
  # Two slices of 12 contour pixels.
  assert (axial.added[0], axial.touched, axial.viewed) == (24, 2, 4)
  assert axial.drawn == 2
  sagittal = edit_of(None, final, 2, spacing_mm=(1, 1, 3), plane="sagittal")
  # Four slices of 4 x 2 pixels, all contour, each (1 + 3) / 2 mm.
  assert (sagittal.added[0], sagittal.touched, sagittal.viewed) == (64, 4, 6)


def test_the_next_slice_is_never_near():
  final = np.zeros((5, 5, 4), np.uint8)
  final[1:4, 1:4, 1] = 1
  draft = np.roll(final, 1, axis=2)
  edit = edit_of(draft, final, 2, tolerance_mm=100.0)
  assert (edit.added[0], edit.touched) == (8, 1)


def test_classes_are_apart_and_slices_counted_once():
  final = np.zeros((8, 8, 3), np.uint8)
  final[1:4, 1:4, 1] = 1
  final[5:7, 5:7, 1] = 2
  edit = edit_of(np.zeros_like(final), final, 4)
  assert edit.added.tolist() == [8, 4, 0]
  assert edit.slices.tolist() == [1, 1, 0]
  totals = totals_of(edit)
  assert (totals.added, totals.slices, totals.components) == (12, 1, 2)
  assert work_line(edit) == (
    "12 voxels of contour added, 0 erased, 2 components touched in 1 slice of "
    "3, 2 missed objects"
  )


def contour(mask, z):
  """Pixels of a slice with a face neighbour outside of the mask."""
  n, m, _ = mask.shape
  found = []
  for x, y in itertools.product(range(n), range(m)):
    beside = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
    inside = [0 <= i < n and 0 <= j < m and mask[i, j, z] for i, j in beside]
    if mask[x, y, z] and not all(inside):
      found.append((x, y))
  return found


def far_pixels(of, other, z, tolerance, spacing):
  scaled = [np.array(p) * spacing[:2] for p in contour(other, z)]
  return sum(
    all(
      np.linalg.norm(np.array(p) * spacing[:2] - q) > tolerance + 1e-5
      for q in scaled
    )
    for p in contour(of, z)
  )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tolerance", [0.0, 1.3])
def test_paths_agree_with_all_pairs(seed, tolerance):
  rng = np.random.default_rng(seed)
  spacing = np.array([1.0, 1.5, 4.0])
  core = np.zeros((9, 8, 3), np.uint8)
  core[2:7, 2:6] = 1  # one part in both: nothing goes with a click
  draft, final = core.copy(), core.copy()
  draft[1:8, 1:7] |= rng.random((7, 6, 3)) < 0.3
  final[1:8, 1:7] |= rng.random((7, 6, 3)) < 0.3
  edit = edit_of(
    draft, final, 2, spacing_mm=spacing, tolerance_mm=tolerance, plane="axial"
  )
  add = [far_pixels(final, draft, z, tolerance, spacing) for z in range(3)]
  erase = [far_pixels(draft, final, z, tolerance, spacing) for z in range(3)]
  assert edit.deleted[0] == 0
  assert edit.added[0] == pytest.approx(1.25 * sum(add))
  assert edit.erased[0] == pytest.approx(1.25 * sum(erase))
  assert edit.slices[0] == sum(
    a + b > 0 for a, b in zip(add, erase, strict=True)
  )
  whole = sum(len(contour(final, z)) for z in range(3))
  assert edit.whole[0] == pytest.approx(1.25 * whole)
  assert edit.changed[0] == (draft != final).sum()


def test_lengths_scale_with_the_spacing():
  draft, final = square(2, 5), square(1, 6)
  one = edit_of(draft, final, 2, spacing_mm=(1, 1), tolerance_mm=1)
  three = edit_of(draft, final, 2, spacing_mm=(3, 3), tolerance_mm=3)
  assert three.added[0] == 3 * one.added[0]


@pytest.mark.parametrize(
  ("change", "told"),
  [
    ({"num_classes": 1}, "num_classes"),
    ({"final": np.full((4, 4), 2)}, "wanted classes 0..1, found 2"),
    ({"final": np.zeros((4, 5), int)}, "one shape"),
    ({"final": np.zeros((4, 4))}, "wanted integer classes"),
    ({"plane": "axial"}, "a picture has none"),
    ({"tolerance_mm": -1}, "tolerance_mm"),
    ({"tolerance_mm": np.nan}, "tolerance_mm"),
    ({"spacing_mm": (1, 0)}, "positive spacings"),
  ],
)
def test_what_is_no_edit_is_refused(change, told):
  zeros = np.zeros((4, 4), int)
  how = {"draft": zeros, "final": zeros, "num_classes": 2, **change}
  with pytest.raises(ValueError, match=told):
    edit_of(**how)


def test_other_planes_are_refused():
  volume = np.zeros((3, 3, 3), int)
  for plane in ("oblique", 3, True, 1.0):
    with pytest.raises(ValueError, match="plane: wanted sagittal, coronal"):
      edit_of(volume, volume, 2, plane=plane)
  with pytest.raises(ValueError, match="3 axes"):
    edit_of(np.zeros((2, 2, 2, 2), int), np.zeros((2, 2, 2, 2), int), 2)
