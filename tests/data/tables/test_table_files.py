import pathlib

import pytest

from alx.data.tables.files import Pictures

FILES = [
  "d/p1/study1/view.png",
  "d/p1/study2/view.png",
  "d/p2/study1/view.jpg",
  "d/p2/study1/View.jpg",
  "d/x/007.png",
]


@pytest.mark.parametrize(
  ("name", "found"),
  [
    ("Data/d/p1/study2/view.png", [1]),
    ("study1/view.png", [0]),
    ("p2/study1/view", [2]),
    ("P2/study1/View.jpg", [3]),
    ("P1/STUDY2/VIEW.PNG", [1]),
    ("View.jpg", [3]),
    ("view.png", [0, 1]),
    ("view.bmp", [0, 1, 2]),
    ("other", []),
    ("x/view.jpg", []),
    ("new/x/view.jpg", []),
    ("p2/study2/view.png", []),
    ("p9/study2/view.jpg", [1]),  # p9 is no folder on the disk
    ("p2/view.jpg", [2]),
  ],
)
def test_names(name, found):
  pictures = Pictures(map(pathlib.Path, FILES), 4)
  files = pictures.of_name(pathlib.PurePosixPath(name))
  assert [FILES.index(str(file)) for file in files] == found


def test_zeros_in_front():
  pictures = Pictures(map(pathlib.Path, FILES), 0)
  assert pictures.padded(pathlib.PurePosixPath("7.png")) == "007.png"
  assert pictures.padded(pathlib.PurePosixPath("8")) == ""


def test_a_file_of_the_name_in_another_folder():
  pictures = Pictures(map(pathlib.Path, FILES), 4)
  assert pictures.elsewhere(pathlib.PurePosixPath("p1/7.png")) == ""
  assert pictures.elsewhere(pathlib.PurePosixPath("p1/007.png")) == "x/007.png"


def test_many_files_of_one_name_are_found_at_once():
  files = [pathlib.Path(f"d/patient{i}/view.png") for i in range(3000)]
  pictures = Pictures(files, 1)
  for file in files:
    name = pathlib.PurePosixPath(*file.parts[1:])
    assert pictures.of_name(name) == [file]
