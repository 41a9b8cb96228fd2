import itertools

import numpy as np
import pytest
from nibabel import orientations

from alx.data.volumes import orientation
from alx.data.volumes.orientation import Turn

ALL = [
  Turn(order, flipped)
  for order in itertools.permutations(range(3))
  for flipped in itertools.product((False, True), repeat=3)
]
_ARRAY = np.arange(24).reshape(2, 3, 4)


def test_by_hand():
  """The file's axis 0 runs to the head, 1 to the left, 2 to the back."""
  affine = np.zeros((4, 4))
  affine[[2, 0, 1, 3], [0, 1, 2, 3]] = [2.0, -1.0, -3.0, 1.0]
  turn = orientation.closest(affine)
  assert turn == Turn((1, 2, 0), (True, True, False))
  assert orientation.letters(turn) == "SLP"
  turned = orientation.apply(_ARRAY, turn)
  assert turned.shape == (3, 4, 2)
  assert turned[0, 0, 0] == _ARRAY[0, 2, 3]
  new = orientation.turned_affine(affine, _ARRAY.shape, turn)
  np.testing.assert_array_equal(new[:3, :3], np.diag([1.0, 3.0, 2.0]))


@pytest.mark.parametrize("turn", ALL)
def test_undone_is_as_it_was(turn):
  for array in (_ARRAY, _ARRAY[..., None] * np.arange(2)):
    turned = orientation.apply(array, turn)
    np.testing.assert_array_equal(orientation.undo(turned, turn), array)


def test_as_another_library_turns():
  rng = np.random.default_rng(0)
  for _ in range(50):
    affine = np.eye(4)
    affine[:3] = rng.normal(size=(3, 4)) + 3 * np.eye(3, 4)[rng.permutation(3)]
    turn = orientation.closest(affine)
    theirs = orientations.io_orientation(affine)
    assert orientation.letters(turn) == "".join(
      orientations.ornt2axcodes(theirs)
    )
    np.testing.assert_array_equal(
      orientation.apply(_ARRAY, turn),
      orientations.apply_orientation(_ARRAY, theirs),
    )
    np.testing.assert_allclose(
      orientation.turned_affine(affine, _ARRAY.shape, turn),
      affine @ orientations.inv_ornt_aff(theirs, _ARRAY.shape),
    )


def test_the_third_axis_of_a_plane_follows_from_the_others():
  affine = np.diag([-1.0, 2.0, 0.0, 1.0])
  assert orientation.letters(orientation.closest(affine, 2)) == "LAI"
