import pytest

from experiments.survey.conclusions import conclude, summarise
from tests.survey_cases import CURVES, SEGMENTED, acdc

NAN = float("nan")


def test_what_is_said_follows_from_the_numbers(tmp_path):
  plan, found = acdc(tmp_path)
  text = summarise(found)
  assert "the highest mean Dice is 0.890 (entropy), random has 0.790" in text
  assert "entropy (+0.050) above random" in text
  assert "BADGE (−0.122) not told apart from random" in text
  said = conclude(plan, found)
  assert "not corrected for their number as the verdicts above are" in said[1]
  assert "Table T8b: nothing could be tested" in said[-1]


@pytest.mark.parametrize(
  ("size", "caveat"),
  [("cpu", "Size cpu has a smaller"), ("paper", "Size paper does not follow")],
)
def test_what_differs_is_said_before_the_counts(tmp_path, size, caveat):
  said = conclude(*acdc(tmp_path, size=size))
  assert said[2].startswith(caveat)
  assert "1 undecided" in said[3] or "1 different" in said[3]


def test_other_data_are_not_excused(tmp_path):
  said = conclude(*acdc(tmp_path, dataset=SEGMENTED | {"num_pool": 24}))
  assert said[2] == "Table T8a: nothing could be tested against it."


def test_one_seed_is_not_a_test(tmp_path):
  curves = {name: seeds[1:2] for name, seeds in CURVES.items()}
  plan, found = acdc(tmp_path, curves)
  assert "BADGE (+0.005) and entropy (+0.050) not tested" in summarise(found)
  assert "not told apart" not in summarise(found)
  assert "1 seed: no interval" in conclude(plan, found)[1]


def test_two_seeds_are_too_few_for_a_test(tmp_path):
  curves = {name: seeds[:2] for name, seeds in CURVES.items()}
  text = summarise(acdc(tmp_path, curves)[1])
  assert "above random" not in text and "told apart from random" not in text
  assert "not tested (too few seeds or rounds in common, or no spread)" in text


def test_without_random_nothing_is_compared(tmp_path):
  found = acdc(tmp_path, {"entropy": CURVES["entropy"]})[1]
  assert "Random was not run: nothing was compared with it." in summarise(found)


def test_random_alone(tmp_path):
  found = acdc(tmp_path, {"random": CURVES["random"]})[1]
  assert "0.790 (random). Random was not compared" in summarise(found)


def test_an_arm_behind_the_others_is_not_ranked(tmp_path):
  found = acdc(tmp_path, CURVES | {"entropy": [(0.99,)] * 3})[1]
  text = summarise(found)
  assert "at 20 labels the highest mean Dice is 0.790 (random)." in text
  assert "With fewer labels so far: entropy." in text
  assert "entropy not tested" in text


def test_a_metric_that_no_run_has(tmp_path):
  found = acdc(tmp_path, {"random": [(0.5, NAN)]})[1]
  assert "at 20 labels the Dice is undefined in every run." in summarise(found)
  nothing = acdc(tmp_path / "nothing", {})[1]
  assert summarise(nothing) == "Budget b10: no run has finished."
  stopped = summarise(nothing._replace(stopped="no numbers"))
  assert stopped.startswith("Budget b10 (stopped before its end")
