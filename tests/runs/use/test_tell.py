import types

import pytest

from alx.runs.use.tell import about_classes, note_of_spacings


def model(low=(1.0, 1.0, 2.0), high=None, coarsen=1, patch=(8, 8, 2)):
  known = None if low is None else [list(low), list(high or low)]
  return types.SimpleNamespace(
    about={"images": {"spacing_mm": known}},
    config=types.SimpleNamespace(coarsen=coarsen, patch=patch),
  )


def rows(*spacings):
  return [{"id": f"i{n}", "spacing_mm": x} for n, x in enumerate(spacings)]


def test_classes_have_names():
  assert about_classes(("background", "lesion")) == (
    b"class,name\n0,background\n1,lesion\n"
  )


@pytest.mark.parametrize(
  ("trained", "spacings"),
  [
    (model(), ["1x1x2", "1.05x0.95x2"]),
    (model(high=(3, 3, 3)), ["2x2x2.5"]),
    (model(low=None), ["7x7x7", ""]),
    (model(low=(2.0, 2.0, 4.0), coarsen=2), ["1x1x2"]),  # of the file
    (model(low=(33 / 9, 33 / 9, 6.0), coarsen=4), ["1x1x2"]),  # of 33 x 33 x 9
  ],
)
def test_voxels_as_large_as_the_runs_are_not_told(trained, spacings):
  assert note_of_spacings(trained, rows(*spacings)) == []


def test_voxels_of_another_size_than_a_coarsened_run_read_are_told():
  trained = model(low=(33 / 9, 33 / 9, 6.0), coarsen=4)
  (line,) = note_of_spacings(trained, rows("1x1x2", "1x1x6", "2x2x2"))
  assert line.startswith(
    "2 of 3 images have voxels of another size than the run's images "
    "(3.667x3.667x6 mm by coarsen=4), the first i1: 1x1x6;"
  )


def test_voxels_of_another_size_are_told():
  (line,) = note_of_spacings(model(), rows("1x1x2", "0.5x0.5x3", "1x1x1"))
  assert line.startswith(
    "2 of 3 images have voxels of another size than the run's images "
    "(1x1x2 mm), the first i1: 0.5x0.5x3; voxels are taken as they are"
  )
  (line,) = note_of_spacings(model(high=(2, 2, 2)), rows("", "1x1x2"))
  assert "(1x1x2 to 2x2x2 mm), the first i0: not told;" in line
