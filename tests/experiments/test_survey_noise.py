import pytest

from experiments.survey.noise import noise
from tests.survey_cases import BINARY, SEGMENTED, acdc, isic


@pytest.mark.parametrize(("table", "gap"), [("T7a", 0.0158), ("T7b", 0.0063)])
def test_the_published_noise_floor(tmp_path, table, gap):
  outcome = isic(tmp_path, {})[1]._replace(tables={table: []})
  (line,) = noise(outcome)
  assert line.startswith(f"In table {table}.")
  assert f"differ by {gap:.4f} on average" in line


def test_arms_that_must_be_equal(tmp_path):
  """The first labels are shared; at 20 labels the arms are 0.1 apart."""
  curves = {"confidence": [(0.5, 0.7)] * 2, "entropy": [(0.5, 0.8)] * 2}
  line = noise(isic(tmp_path, curves)[1])[0]
  assert line.startswith("Here.") and "differ by 0.1000 on average" in line


def test_arms_that_end_equal(tmp_path):
  curves = {"confidence": [(0.5, 0.7)] * 2, "entropy": [(0.5, 0.7)] * 2}
  line = noise(isic(tmp_path, curves)[1])[0]
  assert line.startswith("Here.") and "not at all in 2 cases" in line


@pytest.mark.parametrize(
  "curves",
  [
    {"confidence": [(0.5, 0.7)]},
    {"confidence": [(0.5, 0.7)], "entropy": [(0.5,)]},
    {"confidence": [(0.5,)], "entropy": [(0.5,)]},
  ],
)
def test_without_two_arms_and_a_round_there_is_none(tmp_path, curves):
  (line,) = noise(isic(tmp_path, curves)[1])
  assert line.startswith("In table T7a.")


def test_only_pictures_of_two_classes_have_one(tmp_path):
  two = SEGMENTED | {"class_names": ["background", "RV"]}
  assert noise(acdc(tmp_path / "a", dataset=two)[1]) == []
  (tmp_path / "b").mkdir()
  three = BINARY | {"class_names": ["a", "b", "c"]}
  assert noise(isic(tmp_path / "b", {}, dataset=three)[1]) == []
