import pytest

from experiments.survey.failures import failures
from tests.survey_cases import BINARY, acdc, isic


def test_failures_are_named(tmp_path):
  lines = failures(acdc(tmp_path)[1])
  lost = "BADGE, seed 0, 20 labels: the fit lost RV (Dice 0.020, below 0.05)."
  assert lost in lines
  assert any("In 2 of 216 pairs" in line for line in lines)  # 18 x 4 x 3
  said = "Structures of a test case that were missed: 2, and invented: 18,"
  assert any(said in line for line in lines)
  # Of 18 fits one misses 21 pairs and the others 3.
  assert any("4 pairs of a slice and a class" in line for line in lines)


@pytest.mark.parametrize(
  ("value", "spare", "guessed"),
  [(0.505, 0, True), (0.52, 0, False), (0.505, 1, True), (0.52, 1, False)],
)
def test_a_class_that_does_not_exist_is_no_guess(
  tmp_path, value, spare, guessed
):
  """One answer is right in half of two classes, with a third logit too."""
  names = ["a", "b", "spare 1"][: 2 + spare]
  dataset = BINARY | {"class_names": names}
  runs = {"random": [(0.9, value)]}
  found = isic(tmp_path, runs, dataset=dataset, spare_classes=spare)[1]
  lines = failures(found)
  said = any("no better than a single answer" in line for line in lines)
  assert said == guessed


def test_long_lists_are_cut(tmp_path):
  missing = tuple(f"run {i}" for i in range(30))
  found = acdc(tmp_path)[1]
  lines = failures(found._replace(study=found.study._replace(missing=missing)))
  assert lines[-2:] == ["run 11", "And 18 more."]


def test_why_it_was_stopped_comes_first(tmp_path):
  found = acdc(tmp_path)[1]._replace(stopped="no numbers")
  assert failures(found)[0] == "Stopped: no numbers."
