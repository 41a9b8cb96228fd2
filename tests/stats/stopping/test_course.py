"""Each rule stops a scripted course at the round one would expect."""

import numpy as np
import pytest
import scipy.stats

from alx.stats.stopping import Course, first_stop, parse_rule

LABELS = np.array([4, 8, 12, 16, 20, 24])
RISING = np.array([0.50, 0.60, 0.70, 0.703, 0.702, 0.704])
COURSE = Course(
  labels=LABELS,
  seconds=np.full(6, 10.0),
  expected=RISING,
  test=RISING + 0.1,
  kappa=np.array([np.nan, 0.80, 0.98, 0.99, 1.0, 0.99]),
  entropy=np.array([0.6, 0.5, 0.3, 0.2, 0.05, 0.06]),
)


@pytest.mark.parametrize(
  ("text", "number", "told"),
  [
    ("budget:12", 2, "12 labels are there, and 4 more would be over.*12"),
    ("budget:15", 2, "12 labels"),
    ("budget:24", 5, "24 labels"),
    ("budget:3", 0, "4 labels"),
    ("budget:seconds=30", 2, "30 of 30 seconds"),
    ("budget:seconds=31", 3, "40 of 31"),
    # 0.703 - 0.700 < 0.005 in round 3, twice in a row by round 4.
    ("plateau:rounds=1,gain=0.005", 3, r"last 1 round brought \+0.0030"),
    ("plateau:rounds=2,gain=0.005", 4, r"last 2 rounds brought \+0.0030"),
    ("plateau:rounds=3,gain=0.005", 5, "the model expects of itself"),
    ("plateau:rounds=1,gain=0.005,of=test", 3, "on the test items"),
    # 0.5, 0.6, 0.7 is a line; 0.6, 0.7, 0.703 is not told from a flat one.
    ("plateau:rounds=2", 3, "slope of the score that the model expects"),
    ("target:0.7", 2, "is 0.7000, 0.7 wanted"),
    ("target:0.8,of=test", 2, "on the test items is 0.8000"),
    ("agreement:0.98,rounds=1", 2, "0.9800 over 1 round"),
    ("agreement:0.99,rounds=3", 4, "0.9900 over 3 rounds"),
    ("uncertainty:0.1", 4, "0.05 nats, below 0.1"),
  ],
)
def test_the_round_and_the_reason(text, number, told):
  rule = parse_rule(text)
  stop = first_stop(rule, COURSE)
  assert (stop.round, stop.labels) == (number, LABELS[number])
  assert stop.reads == rule.reads
  with pytest.raises(AssertionError, match=told):
    raise AssertionError(stop.reason)


@pytest.mark.parametrize(
  "text",
  [
    "budget:28",
    "budget:seconds=61",
    "plateau:rounds=4,gain=0.005",
    "plateau:rounds=1,gain=0.001",
    "target:0.71",
    "agreement:0.999",
    "uncertainty:0.01",
  ],
)
def test_no_stop(text):
  rising = COURSE._replace(expected=np.linspace(0.5, 0.7, 6))
  assert first_stop(parse_rule(text), rising) is None


def test_the_slope_is_that_of_scipy():
  rng = np.random.default_rng(0)
  scores = 0.5 + 0.01 * np.arange(12) + 0.02 * rng.standard_normal(12)
  labels = np.cumsum(rng.integers(1, 6, 12))
  rounds, t = 4, scipy.stats.t.ppf(0.95, 3)
  wanted = None
  for r in range(rounds, 12):
    part = slice(r - rounds, r + 1)
    fit = scipy.stats.linregress(labels[part], scores[part])
    if fit.slope - t * fit.stderr <= 0:
      wanted = r
      break
  assert wanted is not None
  found = first_stop(
    parse_rule("plateau:rounds=4,level=0.9"), Course(labels, expected=scores)
  )
  assert found.round == wanted


@pytest.mark.parametrize("better", [1, -1])
def test_a_reason_has_the_sign_of_the_score(better):
  """Where less is better the test score comes with its sign turned."""
  worse = Course(LABELS, test=-np.linspace(0.1, 0.6, 6), better=better)
  stop = first_stop(parse_rule("plateau:rounds=2,of=test"), worse)
  told = "-0.025 to -0.025" if better > 0 else "+0.025 to +0.025"
  assert f"is {told} a label" in stop.reason


def test_lines_without_noise():
  rule = parse_rule("plateau:rounds=2")
  line = np.linspace(0.1, 0.6, 6)
  assert first_stop(rule, Course(LABELS, expected=line)) is None
  flat = first_stop(rule, Course(LABELS, expected=np.full(6, 0.3)))
  assert flat.round == 2
  assert first_stop(rule, Course(LABELS, expected=-line)).round == 2


@pytest.mark.parametrize("rate", [0.3, 0.5, 1.0])
def test_a_power_law_is_no_plateau(rate):
  """Along the labels its bend is as good as noise."""
  labels = np.array([10, 20, 40, 80])
  rising = 0.95 - 0.45 * (labels / 10) ** -rate
  rule = parse_rule("plateau:of=test")
  assert first_stop(rule, Course(labels, test=rising)) is None


def test_equivalence_over_patients():
  rng = np.random.default_rng(1)
  full = 0.8 + 0.05 * rng.standard_normal(30)
  noise = 0.01 * rng.standard_normal((6, 30))
  below = np.array([0.3, 0.1, 0.05, 0.015, 0.0, -0.1])[:, None]
  cases = full + noise - below
  stops = [
    scipy.stats.ttest_1samp(row - full, -0.02, alternative="greater").pvalue
    < 0.05
    and scipy.stats.ttest_1samp(row - full, 0.02, alternative="less").pvalue
    < 0.05
    for row in cases
  ]
  course = Course(LABELS, cases=cases, full=full)
  stop = first_stop(parse_rule("equivalence:0.02"), course)
  assert stop.round == stops.index(True)
  assert stop.reads == "test" and "30 test patients" in stop.reason
  # Better by more than the margin is not equivalent.
  better = Course(LABELS[:1], cases=cases[5:], full=full)
  assert first_stop(parse_rule("equivalence:0.02"), better) is None
  to_score = first_stop(
    parse_rule("equivalence:0.05,score=0.8"), Course(LABELS, cases=cases)
  )
  assert to_score is not None and "minus 0.8 is" in to_score.reason


@pytest.mark.parametrize(
  ("text", "told"),
  [
    ("agreement", "the agreement of consecutive models"),
    ("uncertainty:0.1", "the entropy of the rest of the pool"),
    ("plateau", "what the model expects of itself"),
    ("plateau:of=test", "the score on the test items"),
    ("target:0.8", "what the model expects of itself"),
    ("equivalence:0.1", "the scores of the test cases"),
    ("budget:seconds=1", "the seconds"),
  ],
)
def test_what_is_not_known_is_told(text, told):
  with pytest.raises(ValueError, match=f"{told}.*not known here"):
    first_stop(parse_rule(text), Course(LABELS))


def test_a_first_round_need_know_nothing():
  begun = Course(LABELS[:1], kappa=np.array([np.nan]))
  assert first_stop(parse_rule("agreement:0.9,rounds=1"), begun) is None


def test_an_unknown_round_stops_nothing():
  gap = COURSE._replace(
    expected=np.array([0.5, 0.6, 0.7, np.nan, 0.7, 0.7]),
    kappa=np.array([np.nan, 1, np.nan, 1, 1, 1]),
  )
  assert first_stop(parse_rule("plateau:rounds=1,gain=0.005"), gap).round == 4
  assert first_stop(parse_rule("agreement:0.9,rounds=3"), gap).round == 5


def test_unknown_seconds_are_no_less_than_none():
  gap = COURSE._replace(seconds=np.array([np.nan, 100, 100, 100, 0, 0]))
  stop = first_stop(parse_rule("budget:seconds=150"), gap)
  assert stop.round == 2
  assert stop.reason == "at least 200 of 150 seconds are spent"
  assert first_stop(parse_rule("budget:seconds=301"), gap) is None


def test_later_rounds_do_not_change_a_stop():
  for text in ("plateau:rounds=2,gain=0.005", "agreement:0.98,rounds=2"):
    whole = first_stop(parse_rule(text), COURSE)
    cut = [x if x is None else x[: whole.round + 1] for x in COURSE[:-1]]
    cut = Course(*cut)
    assert first_stop(parse_rule(text), cut) == whole


@pytest.mark.parametrize(
  ("course", "told"),
  [
    (Course(LABELS[::-1]), "ascending"),
    (Course(LABELS, kappa=np.ones(3)), r"kappa of 6 rounds, got shape \(3,\)"),
  ],
)
def test_courses_that_are_none(course, told):
  with pytest.raises(ValueError, match=told):
    first_stop(parse_rule("budget:8"), course)
