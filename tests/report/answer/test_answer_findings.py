import numpy as np
import pytest

from alx import stats
from alx.report import comparisons
from alx.report.answer import findings
from tests.answer_curves import FAST, LIKE, RANDOM, SLOW, arm, around

FLAT = around("random", (0.50, 0.80, 0.80, 0.80, 0.80))


def verdicts(*arms):
  return {f.name: f.verdict for f in findings.find(arms, arms[0])}


def test_each_kind_has_its_verdict():
  found = verdicts(RANDOM, FAST, LIKE, SLOW)
  assert found == {"entropy": "fewer", "bald": "open", "k_center": "more"}


def test_the_goal_is_what_random_has_at_the_end():
  fast, slow = findings.find([RANDOM, FAST, SLOW], RANDOM)
  assert fast.goal == slow.goal == pytest.approx(0.80)
  assert fast.saved.value == 8 and slow.saved.value == -8
  assert fast.saved.low >= 1 and slow.saved.high <= -1
  assert (fast.labels, fast.seeds) == (20, 5)


def test_whether_it_is_read_off_a_line():
  found = findings.find([RANDOM, FAST], RANDOM)[0]
  assert not found.between_rounds  # 12 labels are a round
  faster = FAST._replace(scores=FAST.scores + np.array([0, 0, 0.1, 0, 0]))
  found = findings.find([RANDOM, faster], RANDOM)[0]
  # From 0.70 with 8 to 0.90 with 12: 0.80 with 10.
  assert found.between_rounds and found.saved.value == 20 - 10


def test_on_a_flat_curve_labels_are_not_counted():
  higher = around("entropy", (0.50, 0.80, 0.85, 0.88, 0.90), turn=3)
  assert verdicts(FLAT, higher) == {"entropy": "better"}
  assert verdicts(RANDOM, FLAT._replace(name="x")) != {"x": "more"}


def test_p_is_the_one_of_the_table():
  arms = [RANDOM, FAST, LIKE, SLOW]
  found = [f.p for f in findings.find(arms, RANDOM)]
  wanted = [gap.p_last for gap in comparisons.gaps(arms, RANDOM)]
  assert found == pytest.approx(wanted)


def test_intervals_and_tests_say_the_same():
  """Whether 0 is inside is what Holm's p says, whatever the number."""
  random = np.random.default_rng(0)
  for _ in range(60):
    arms = [RANDOM] + [
      arm(f"m{i}", RANDOM.scores + random.normal(0.02, 0.02, (5, 5)))
      for i in range(4)
    ]
    for found in findings.find(arms, RANDOM):
      apart = not found.gap.low < 0 < found.gap.high
      assert apart == (found.p < 0.05)
      assert (found.saved.low >= 0) == (apart and found.gap.mean > 0)


def test_the_levels_are_the_steps_of_holm():
  found = findings.find([RANDOM, FAST, LIKE, SLOW], RANDOM)
  levels = sorted(f.level for f in found)
  # The smallest p at 5% / 3, the next at 5% / 2, the last at 5%.
  assert levels == pytest.approx([1 - 0.05, 1 - 0.05 / 2, 1 - 0.05 / 3])
  one = findings.find([RANDOM, FAST], RANDOM)[0]
  wanted = stats.paired_difference(FAST.scores[:, -1], RANDOM.scores[:, -1])
  np.testing.assert_allclose(one.gap[:3], wanted[:3])


def test_only_seeds_that_both_have_with_the_same_last_labels():
  fewer = arm("few", FAST.scores[:3])
  assert findings.find([RANDOM, fewer], RANDOM)[0].seeds == 3
  early = arm("early", FAST.scores[:, :3], (4, 8, 12))
  assert findings.find([RANDOM, early], RANDOM) == []


def test_what_has_no_score_is_not_known():
  gone = arm("x", np.where(np.arange(5) == 4, np.nan, FAST.scores))
  (found,) = findings.find([RANDOM, gone], RANDOM)
  assert found.verdict == "unknown" and found.seeds == 0
  holes = FAST.scores.copy()
  holes[0, -1] = np.nan
  assert findings.find([RANDOM, arm("x", holes)], RANDOM)[0].seeds == 4


def test_the_same_in_every_seed_says_nothing_of_chance():
  (found,) = findings.find([RANDOM, arm("x", RANDOM.scores + 0.125)], RANDOM)
  assert found.verdict == "unknown" and np.isnan(found.p)
  (found,) = findings.find([RANDOM, arm("x", RANDOM.scores)], RANDOM)
  assert found.verdict == "open" and found.gap.low == found.gap.high == 0


def test_millions_of_labels_are_held_together_at_some():
  """Voxels that a budget counts; rounds are among them."""
  many = [a._replace(labels=1e6 * a.labels) for a in (RANDOM, FAST, SLOW)]
  fast, slow = findings.find(many, many[0])
  assert (fast.labels, fast.between_rounds) == (20_000_000, False)
  assert (fast.saved.value, slow.saved.value) == (8e6, -8e6)
  assert (fast.verdict, slow.verdict) == ("fewer", "more")
  pair = findings._pair(many[1], many[0])
  assert pair.method.shape == (5, len(pair.grid)) and len(pair.grid) < 10_010


def test_few_labels_are_held_together_one_by_one():
  assert findings._pair(FAST, RANDOM).grid.tolist() == list(range(4, 21))
