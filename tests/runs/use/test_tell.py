import types

import pytest

from alx.runs.disk import store
from alx.runs.use.tell import about_classes, note_of_spacings, notes_of


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


@pytest.mark.parametrize(
  ("unit", "names"),
  [
    ("whole", ["a:axis0:1", "b:b"]),
    ("slices:0", ["a:axis0:1:axis0:5", "b:b:axis0:0"]),
    ("boxes:4", ["a:axis0:1:box:0,4,0+4,4,4", "b:b:box:0,0,0+4,4,4"]),
    ("superpixels:9", ["a:axis0:1:region:3", "b:b:region:0"]),
  ],
)
def test_volumes_of_which_a_part_was_labelled_are_told(tmp_path, unit, names):
  rows = [{"round": n, "id": name} for n, name in enumerate(names)]
  store.write_rows(tmp_path / "runs/bald-seed0/picks.csv", rows)
  (line,) = notes_of(trained_in(tmp_path, unit), found("a:axis0:1", "b:b", "c"))
  assert line.startswith(
    "1 of 3 images have the names of items that the model was trained on, the "
    "first a:axis0:1: "
  )


def test_volumes_that_arrived_labelled_in_part_are_told(tmp_path):
  folder = tmp_path / "runs/bald-seed0"
  picks = [{"round": 0, "id": "a:axis0:5"}, {"round": 1, "id": "e:axis0:2"}]
  store.write_rows(folder / "picks.csv", picks)
  kept = [
    ("pool", "a", 1),
    ("pool", "b", 1),
    ("pool", "e", 1),  # asked for later
    ("pool", "c", 0),
    ("test", "d", 0),
  ]
  rows = [
    dict(zip(("part", "id", "labelled"), row, strict=True)) for row in kept
  ]
  store.write_rows(folder / "predictions.csv", rows)
  for start_with, count in (("labelled", 2), ("random", 1)):
    trained = trained_in(tmp_path, "slices:0", start_with)
    (line,) = notes_of(trained, found(*"edcba"))
    assert line.startswith(f"{count} of 5 images have the names ")


def trained_in(workdir, unit, start_with="random"):
  choice = types.SimpleNamespace(workdir=workdir, arm="bald", seed=0, round=0)
  config = types.SimpleNamespace(unit=unit, start_with=start_with)
  return types.SimpleNamespace(choice=choice, config=config)


def found(*names):
  cases = [types.SimpleNamespace(id=name) for name in names]
  return types.SimpleNamespace(notes=[], cases=cases)
