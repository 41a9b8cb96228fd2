"""What the log of a project says of images that it could not take."""

import pathlib

import pytest

from alx.data.dataset import DataError, bad_input
from alx.projects.cases import reasons

FILE = pathlib.Path("/data/DOE  JOHN/t1_0001.nii.gz")
NAMES = reasons.names_in([FILE])


def test_the_file_goes_and_what_is_wrong_stays():
  error = bad_input(FILE, "finite voxels", "3 NaN or infinite")
  wanted = "the image: wanted finite voxels, found 3 NaN or infinite"
  assert reasons.of_error(error, NAMES) == wanted
  assert reasons.of_text(wanted, NAMES) == wanted
  told = reasons.of_error(MemoryError("no 8 GiB"), NAMES)
  assert told == "not read: no 8 GiB"


@pytest.mark.parametrize(
  "found",
  [
    "t1_0001.nii.gz of two",
    "t1_0001 of two",
    "DOE JOHN of two",  # as blanks are joined
    "'/mnt/other/x.nii'",
    "C:\\other\\x.nii",
  ],
)
def test_reasons_that_hold_a_name_are_not_told(found):
  error = bad_input("other", "an image", found)
  assert reasons.of_error(error, NAMES).startswith("one that cannot be used")


@pytest.mark.parametrize(
  ("text", "told"),
  [
    ("a: wanted Ernas, found one in it", True),
    ("a: wanted what tilted has, found none", True),
    ("a: wanted none, found what tilted has", False),
    ("a: wanted Erna, found none", False),
    ("a of Erna", False),
  ],
)
def test_names_are_looked_for_as_words(text, told):
  names = reasons.names_in([pathlib.Path("in/Erna/tilted/x.png")])
  found = reasons.of_error(DataError(text), names)
  assert found.startswith("the image: wanted ") == told


def test_letters_may_be_composed_in_another_way():
  names = reasons.names_in([pathlib.Path("Mu\u0308ller/x.png")])
  told = reasons.of_text("a: wanted b, found M\xfcller", names)
  assert told.startswith("one that cannot be used")
