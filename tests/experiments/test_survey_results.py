import pytest

from experiments.survey.results import FOLDED, by_metric
from tests.survey_cases import acdc, isic


def test_a_budget_holds_all_that_was_published(tmp_path):
  outcome = acdc(tmp_path)[1]
  assert outcome.study.metric == "dice" and outcome.stopped == ""
  assert [arm.name for arm in outcome.arms] == ["random", "badge", "entropy"]
  assert list(outcome.tables) == list(outcome.about) == ["T8a", "T8b"]
  assert list(outcome.measured) == ["dice", "asd_pred_to_ref"]


def test_differences_to_random_are_paired(tmp_path):
  badge, entropy = acdc(tmp_path)[1].gaps["dice"]
  assert (badge.arm.name, entropy.arm.name) == ("badge", "entropy")
  assert entropy.last.mean == pytest.approx((0.1 + 0.1 + 0.101) / 3)
  assert entropy.area.mean == pytest.approx(entropy.last.mean / 2)


def test_without_random_there_is_no_difference(tmp_path):
  assert acdc(tmp_path, {"entropy": [(0.5, 0.6)]})[1].gaps["dice"] == []


@pytest.mark.parametrize(
  ("preset", "metric", "first"),
  [("clean", "auc", 0.3), ("parity", FOLDED, 0.7)],
)
def test_the_fold_is_only_for_parity(tmp_path, preset, metric, first):
  outcome = isic(tmp_path, {"random": [(0.3, 0.6)]}, preset)[1]
  assert outcome.study.metric == outcome.about["T7a"].column == metric
  assert outcome.arms[0].scores[0].tolist() == pytest.approx([first, 0.6])
  plain = by_metric(outcome.study, "auc").runs[0]
  assert plain.column("auc").tolist() == [0.3, 0.6]


def test_nothing_has_been_run(tmp_path):
  outcome = acdc(tmp_path, {})[1]
  assert outcome.arms == [] and outcome.gaps["dice"] == []
  assert all(row["seeds"] == 0 for row in outcome.tables["T8a"])
