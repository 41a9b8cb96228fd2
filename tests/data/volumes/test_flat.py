import pytest

from alx.data.volumes.flat import flat_axes, notes_of, without


@pytest.mark.parametrize(
  ("shapes", "axes"),
  [
    ([(1, 5, 6), (1, 7, 8)], [0, 0]),
    ([(5, 1, 6), (7, 1, 8)], [1, 1]),
    ([(5, 6, 1), (7, 8, 1)], [2, 2]),
    ([(5, 6, 1), (1, 8, 1)], [2, 2]),
    ([(5, 6, 1), (1, 8, 9)], [2, 0]),
    ([(5, 6, 1), (7, 8)], [2, None]),
    ([(5, 6, 1), (7, 8, 2)], [None, None]),
    ([(1, 6), (1, 8)], [None, None]),
    ([(1, 1, 6)], [0]),
    ([(4, 5, 6)], [None]),
    ([], []),
  ],
)
def test_which_axis_goes(shapes, axes):
  assert flat_axes(shapes) == axes


def test_values_without_it():
  assert without((1, 5, 6), 0) == (5, 6)
  assert without((5, 6, 1, 3), 2) == (5, 6, 3)
  assert without((5, 6), None) == (5, 6)


def test_the_line():
  assert notes_of("f", [None, None]) == []
  assert notes_of("f", [None, 2, 0]) == [
    "f: an axis of length 1 in all 2 images of more axes is dropped: the data "
    "are 2-D"
  ]
