import numpy as np
import pytest

from alx.report import arms as numbers
from alx.report import comparisons, exports, summary, tables, words
from alx.report.measures import panels
from alx.report.read import Run, read_study

MINUS = "\N{MINUS SIGN}"


def test_arms_put_baselines_first(study):
  arms = numbers.make_arms(read_study(study))
  assert [arm.name for arm in arms] == ["random", "entropy"]
  assert arms[1].labels.tolist() == [4, 8]
  np.testing.assert_allclose(arms[1].scores, [[0.58, 0.82], [0.62, 0.86]])


def test_difference_pairs_the_same_seeds(study):
  random, entropy = numbers.make_arms(read_study(study))
  (gap,) = comparisons.gaps([random, entropy], random)
  assert gap.arm is entropy
  assert float(gap.last.mean) == pytest.approx(0.04)
  assert float(gap.area.mean) == pytest.approx((0.10 + 0.04) / 2)
  # t = 0.04 / (0.0141 / sqrt(2)) = 4 with one degree of freedom.
  assert gap.p_last == pytest.approx(0.156, abs=5e-4)
  shifted = random._replace(labels=random.labels + 1)
  assert comparisons.gaps([entropy], shifted) == []


def test_curves_without_a_number_at_the_end_are_not_the_best(make_study):
  study = read_study(make_study(full=(0.82, 0.84)))
  random, entropy = numbers.make_arms(study)
  runs = tuple(
    run._replace(rows=(run.rows[0], run.rows[1] | {"dice": ""}))
    for run in random.runs
  )
  lost = numbers.by_metric(random._replace(runs=runs), "dice")
  assert np.isnan(lost.scores[:, -1]).all()
  panel, *_ = panels.make_panels(study, [lost, entropy])
  assert "better than entropy with 8 labels (0.840)" in panel.reference
  assert numbers.last_gain(lost) == -np.inf


def test_tests_against_a_baseline_are_corrected_for_their_number(study):
  random, entropy = numbers.make_arms(read_study(study))
  other = entropy._replace(name="bald", scores=entropy.scores - 0.04)
  both = comparisons.gaps([entropy, other], random)
  # Without a difference p is 1; the smaller one is doubled.
  assert [gap.p_last for gap in both] == pytest.approx([0.312, 1], abs=5e-4)


def test_the_words_and_the_table_test_the_same_family(study):
  found = read_study(study)
  random = arm("random", (0.5, 0.79), (0.5, 0.80), (0.5, 0.81))
  other = arm("foreground_random", (0.5, 0.80), (0.5, 0.83), (0.5, 0.83))
  entropy = arm("entropy", (0.5, 0.82), (0.5, 0.85), (0.5, 0.85))
  arms = [random, other, entropy]
  text = summary.summarise(found, arms)
  assert "corrected for 2 comparisons" in text
  (_, table), _ = tables.differences(
    comparisons.against_baselines(arms), "dice"
  )
  # t = 0.04 / (0.01 / sqrt(3)) and p = 1 - t / sqrt(2 + t^2), twice.
  assert table.rows[1][2] == "0.040"


def test_two_seeds_are_too_few_for_a_verdict(study):
  """Though p is 0.03; an arm with more seeds has one."""
  found = read_study(study)
  base = arm("random", (0.5, 0.70), (0.5, 0.80), (0.5, 0.75))
  ahead = arm("entropy", (0.5, 0.772), (0.5, 0.880), (0.5, 0.826))
  two = ahead._replace(
    name="bald", runs=ahead.runs[:2], scores=ahead.scores[:2]
  )
  text = summary.summarise(found, [base, two])
  assert "too few shared seeds" in text and "Better" not in text
  text = summary.summarise(found, [base, ahead, two])
  assert "Better than random" in text.split("BALD (")[0]
  assert text.count("BALD (") == 1
  assert "spread among them: BALD (+0.076)." in text


def arm(name, *scores):
  return numbers.Arm(
    name, tuple(runs(3)), 3, np.array([4, 8]), np.array(scores)
  )


def runs(count):
  return [Run("x", seed, (), {}, ()) for seed in range(count)]


def test_each_against_each_after_the_first_round():
  low = arm("low", (0.5, 0.10), (0.5, 0.11), (0.5, 0.12))
  mid = arm("mid", (0.5, 0.50), (0.5, 0.51), (0.5, 0.53))
  high = arm("high", (0.5, 0.80), (0.5, 0.81), (0.5, 0.83))
  found = comparisons.duels([low, mid, high])
  assert found.wins.tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 0]]
  assert found.ranks.mean.tolist() == [3, 2, 1]
  table = tables.duels([low, mid, high])
  assert table.head == ["rounds of 1", "low", "mid", "high", "mean rank"]
  assert table.rows[1] == ["mid", "1", "–", "0", "2.0"]
  assert comparisons.duels([low, mid]) is None


def test_what_differs_by_the_same_in_every_seed_is_not_known(study):
  found = read_study(study)
  base = arm("random", (0.5, 0.60), (0.5, 0.61), (0.5, 0.63))
  same = base._replace(name="same", scores=base.scores + 0.125)
  more = np.array([[0.1], [0.101], [0.102]])
  better = base._replace(name="better", scores=base.scores + more)
  text = summary.summarise(found, [base, same])
  assert "or no spread among them, to say whether any method" in text
  text = summary.summarise(found, [base, same, better])
  assert "Better than random with the last labels: better (+0.101;" in text
  assert f"a spread among them: same (+0.125; {words.NOTHING})." in text
  assert "same (" not in text.split("Not known")[0]
  ((_, table),) = tables.differences(
    comparisons.against_baselines([base, same]), "auc"
  )
  none = ["+0.125", words.NOTHING]
  assert table.rows == [["same", *none, *none]]


def test_labels_needed_have_intervals_over_seeds(study):
  slow = arm("random", (0.1, 0.9), (0.1, 0.9), (0.1, 0.9))
  fast = arm("fast", (0.9, 0.9), (0.9, 0.9), (0.1, 0.1))
  rows = numbers.needed(read_study(study), [slow, fast])
  assert rows[0].needs[0][:3] == (8, 8, 8) and rows[0].savings == ()
  row = rows[1]._replace(mean=numbers.Needed(4, 4), saved=(50.0, 50.0))
  (_, table), *_ = tables.labels_needed([row])
  assert table.rows[0][1] == "4\n4 to >8"
  assert table.rows[0][3] == f"50%\n{MINUS}∞ to 50%"


def test_labels_needed_of_the_full_score(study):
  # Full 0.90: targets 0.81, 0.855, 0.90. Means end at 0.80 and 0.84.
  rows = numbers.needed(read_study(study), numbers.make_arms(read_study(study)))
  assert [(r.kind, r.target) for r in rows[:2]] == [
    ("random", pytest.approx(0.80))
  ] * 2
  rows = rows[2:]
  found = [(r.arm.name, r.share, r.mean.first, r.saved[0]) for r in rows]
  assert found == [
    ("random", 0.90, None, None),
    ("entropy", 0.90, 8, None),
    ("random", 0.95, None, None),
    ("entropy", 0.95, None, None),
    ("random", 1.0, None, None),
    ("entropy", 1.0, None, None),
  ]
  (_, table), (_, second), _ = tables.labels_needed(rows)
  assert table.rows[0][1:4] == ["not reached within 8", spaced("8 to >8"), "–"]
  assert table.rows[1][1:4] == ["8", "8", "–"]
  assert second.rows[1][2] == spaced("8 to >8")


def spaced(text):
  return text.replace(" ", "\N{NO-BREAK SPACE}")


def test_labels_needed_without_a_full_run(make_study):
  study = read_study(make_study(full=()))
  arms = numbers.make_arms(study)
  assert numbers.reference(study, arms)[1] == "none"
  needed = numbers.needed(study, arms)
  lines = exports.labels_needed_csv(needed).splitlines()
  assert lines[0].startswith("metric,share,target,reference,acquisition,seed,f")
  assert lines[1] == "dice,1.00,0.8,random,random,mean,8,8,8,0.0,0.0" + 8 * ","
  assert len(lines) == 1 + 2 * 3


def test_a_model_of_all_labels_that_is_no_better_is_no_reference(make_study):
  study = read_study(make_study(full=(0.82, 0.84)))
  arms = numbers.make_arms(study)  # entropy ends at 0.84
  assert numbers.reference(study, arms) == (pytest.approx(0.83), "weak")
  assert {row.kind for row in numbers.needed(study, arms)} == {"random"}
  (panel, *_) = panels.make_panels(study, arms)
  assert panel.reference.startswith(
    "The model of all labels (0.830) is not better than entropy with 8 labels "
    "(0.840), so"
  )


def test_saving_may_be_negative(study):
  flat = arm("random", *[(0.8, 0.8)] * 3)  # has its final score with 4
  late = arm("late", *[(0.5, 0.8)] * 3)
  never = arm("never", *[(0.5, 0.6)] * 3)
  rows = numbers.needed(read_study(study), [flat, late, never])
  assert [row.saved for row in rows[1:3]] == [(-100.0, -100.0), (None, None)]
  assert words.percent(-100.0) == f"{MINUS}100%"


def test_one_seed_has_no_interval(study):
  for folder in study.glob("runs/*-seed1"):
    folder.rename(study / f"away-{folder.name}")
  found = read_study(study)
  arms = numbers.make_arms(found)
  assert tables.final(found, arms).rows[1][3:6] == ["0.820", "–", "0.700"]
  assert "too few shared seeds" in summary.summarise(found, arms)


def test_methods_that_end_elsewhere_are_said_to(study):
  found = read_study(study)
  base, *others = numbers.make_arms(found)
  early = base._replace(labels=base.labels[:1], scores=base.scores[:, :1])
  told = summary.summarise(found, [early, *others])
  assert "with random selection, which ends at 4 labels: entropy at 8" in told


@pytest.mark.parametrize(
  ("value", "wanted"),
  [
    (0.0123, "+0.012"),
    (-0.0123, f"{MINUS}0.012"),
    (-0.0001, "0.000"),
    (float("nan"), "–"),
  ],
)
def test_signed(value, wanted):
  assert words.signed(value) == wanted


def test_a_small_p_is_not_0():
  found = [words.p_value(p) for p in (0.0004, 0.001, 0.5, float("nan"))]
  assert found == ["<0.001", "0.001", "0.500", "–"]


def test_with_sd_counts_the_undefined():
  assert (
    words.with_sd([1.0, 2.0, float("nan")], 1) == "1.5 ± 0.7 (2 of 3 seeds)"
  )
  assert words.with_sd([float("nan")]) == "–"


def test_times_are_read_from_either_file(study):
  times = study / "runs/entropy-seed0/times.csv"
  times.write_text("round,seconds_train\n0,2.0\n1,4.0\n")
  found = read_study(study)
  table = tables.times(found, numbers.make_arms(found))
  assert table.head == ["", "train, s"]
  assert table.rows == [
    ["random", "–"],
    ["entropy", "3.0"],
    ["all labels", "–"],
  ]


def test_how_fits_have_ended():
  def told(*fits):
    rows = [{"steps": str(n), "converged": str(c)} for n, c in fits]
    return words.how_fitted(rows)

  assert told((640, 1), (720, 1)) == "converged after 640 to 720 steps"
  assert told((640, 1)) == "converged after 640 steps"
  assert told((640, 1), (3000, 0)) == "1 of 2 converged within 3000 steps"
  assert told((3000, 0)) == "not converged within 3000 steps"
  assert words.how_fitted([{"steps": "300"}, {"auc": "1"}]) == ""
  assert told(("torn", 1)) == ""


def test_a_mean_rank_lies_between_the_first_and_the_last():
  a = arm("a", (0.5, 0.9), (0.5, 0.9), (0.5, 0.2))
  b = arm("b", (0.5, 0.8), (0.5, 0.8), (0.5, 0.8))
  c = arm("c", (0.5, 0.1), (0.5, 0.1), (0.5, 0.9))
  found = comparisons.duels([a, b, c]).ranks
  assert found.mean == pytest.approx([5 / 3, 2, 7 / 3])
  assert (found.low[::2] > 1).all() and (found.high[::2] < 3).all()
  two = [
    one._replace(runs=one.runs[:2], scores=one.scores[:2]) for one in (a, b, c)
  ]
  assert np.isnan(comparisons.duels(two).ranks.low).all()
