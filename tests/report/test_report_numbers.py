import numpy as np
import pytest

from alx.report import arms as numbers
from alx.report import summary, tables, words
from alx.report.read import read_study

MINUS = "\N{MINUS SIGN}"


def test_arms_put_baselines_first(study):
  arms = numbers.make_arms(read_study(study))
  assert [arm.name for arm in arms] == ["random", "entropy"]
  assert arms[1].labels.tolist() == [4, 8]
  np.testing.assert_allclose(arms[1].scores, [[0.58, 0.82], [0.62, 0.86]])


def test_difference_pairs_the_same_seeds(study):
  random, entropy = numbers.make_arms(read_study(study))
  found = numbers.difference(entropy, random)
  assert float(found.mean) == pytest.approx(0.04)
  assert numbers.difference(random, random) is None
  shifted = random._replace(labels=random.labels + 1)
  assert numbers.difference(entropy, shifted) is None


def test_labels_needed_of_the_full_score(study):
  # Full 0.90: targets 0.81, 0.855, 0.90. Means end at 0.80 and 0.84.
  rows = numbers.needed(read_study(study), numbers.make_arms(read_study(study)))
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
  assert numbers.reference(study, arms) == (pytest.approx(0.80), "random")
  lines = tables.labels_needed_csv(study, arms).splitlines()
  assert lines[0].startswith("share,target,reference,acquisition,seed,first")
  assert lines[1] == "0.90,0.72,random,random,mean,8,8,8,0.0,0.0"
  assert len(lines) == 1 + 3 * 2 * 3


def test_saving_may_be_negative(study):
  arms = numbers.make_arms(read_study(study))
  slow = arms[1]._replace(scores=arms[1].scores - 0.1)
  fast = arms[0]._replace(scores=arms[0].scores + 0.5)
  rows = numbers.needed(read_study(study), [fast, slow])
  assert rows[1].saved == (None, None)
  level = slow._replace(scores=slow.scores + np.array([0, 0.5]))
  rows = numbers.needed(read_study(study), [fast, level])
  assert rows[1].saved == (-100.0, -100.0)
  assert words.percent(-100.0) == f"{MINUS}100%"


def test_one_seed_has_no_interval(study):
  for folder in study.glob("runs/*-seed1"):
    folder.rename(study / f"away-{folder.name}")
  found = read_study(study)
  arms = numbers.make_arms(found)
  assert tables.final(found, arms).rows[1][3:6] == ["0.820", "–", "+0.030"]
  assert "too few shared seeds" in summary.summarise(found, arms)


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
