"""Tables whose classes are words."""

import pytest

from alx import data
from tests.picture_cases import picture


def load(path, *targets, **settings):
  """The data set of a table with one picture for each target."""
  lines = ["image_name,patient_id,target"]
  for i, target in enumerate(targets):
    picture(path / f"I{i}.png", seed=i)
    lines.append(f"I{i},P{i},{target}")
  (path / "train.csv").write_text("\n".join(lines))
  return data.load(path, **settings)


def test_words_are_names_of_classes(tmp_path):
  found = load(tmp_path, "Platelets", " Basophil ", "Platelets")
  assert found.class_names == ("Basophil", "Platelets")
  assert [int(y) for y in found.labels] == [1, 0, 1]


def test_numbers_are_classes_as_they_are(tmp_path):
  found = load(tmp_path, "2", "0.0", " 2 ")
  assert [int(y) for y in found.labels] == [2, 0, 2]
  assert found.class_names == ("class 0", "class 1", "class 2")
  assert found.notes == (f"{tmp_path}/train.csv: no row of class 1",)


@pytest.mark.parametrize("text", ["", "nan", "NaN", "N/A"])
def test_a_row_without_a_class_is_left_out(tmp_path, text):
  found = load(tmp_path, "b", "a", text)
  assert (
    found.ids == ("I0", "I1")
    and "line 4: wanted a target" in (found.left_out[0])
  )
  with pytest.raises(data.DataError, match="line 4: wanted a target"):
    data.load(tmp_path, strict=True)


@pytest.mark.parametrize(
  ("targets", "message"),
  [
    (("0", "1", "yes"), "line 4: wanted target all numbers or all names"),
    (("Nevus", "nevus", "b"), "wanted one spelling of 'Nevus'"),
    (("a", "a", "a"), "2 to 255 different classes in target, found 1"),
    (("nan", "", "nan"), "line 2: wanted a target"),
  ],
)
def test_classes_that_make_no_sense(tmp_path, targets, message):
  with pytest.raises(data.DataError, match=message):
    load(tmp_path, *targets)
