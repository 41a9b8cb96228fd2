import numpy as np
import pytest

from alx.stats import percentile, relative_saving, saving_verdict
from alx.stats.resampling import resample


def exams(saving, spread, seed=0, count=60):
  """Seconds without and with help, two exams of a patient."""
  rng = np.random.default_rng(seed)
  without = rng.lognormal(5.0, 0.4, count)
  share = saving + spread * rng.normal(size=count // 2).repeat(2)
  return without, without * np.maximum(1 - share, 0.01)


def test_sums_and_ratios_by_hand():
  found = relative_saving([100.0, 300.0], [50.0, 270.0])
  assert found.of_sums.value == pytest.approx(0.2)  # 80 of 400
  assert found.mean_of_ratios == pytest.approx(0.3)  # 0.5 and 0.1
  assert found.of_sums.low == pytest.approx(0.1)
  assert found.of_sums.high == pytest.approx(0.5)
  assert found.chance == 1.0


@pytest.mark.parametrize("share", [0.75, 0.7, 1.1])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_a_constant_saving_has_no_interval_and_no_verdict(share, kind):
  without = np.array([64.0, 129.0, 513.0], kind)
  found = relative_saving(without, kind(share) * without, num_draws=99)
  assert found.of_sums.value == pytest.approx(1 - share, abs=1e-6)
  assert np.isnan([*found.of_sums[1:3], found.chance]).all()
  assert saving_verdict(found.of_sums) == "undecided"


@pytest.mark.parametrize(
  ("saving", "spread", "word"),
  [
    (0.5, 0.2, "saves"),  # an organ whose drafts are good
    (0.0, 0.6, "undecided"),  # a tumour, whose drafts are not
    (-0.5, 0.2, "costs"),
  ],
)
def test_three_tasks_three_verdicts(saving, spread, word):
  groups = np.arange(30).repeat(2)
  found = relative_saving(*exams(saving, spread), groups)
  assert saving_verdict(found.of_sums) == word
  assert found.of_sums.clusters == 30
  assert found.chance == {"saves": 1.0, "costs": 0.0}.get(
    word, pytest.approx(0.5, abs=0.48)
  )


def test_the_chance_is_the_share_of_draws_that_save():
  # Twice the first saves, twice the second costs, one of each is neither.
  found = relative_saving([1.0, 1.0], [0.5, 1.5], num_draws=20_000)
  assert found.chance == pytest.approx(0.25, abs=0.01)


def test_the_ends_are_percentiles():
  without, with_help = exams(0.3, 0.9)
  found = relative_saving(without, with_help, level=0.9, num_draws=99).of_sums

  def of_sums(weights):
    return 1 - (weights @ with_help) / (weights @ without)

  draws = resample(of_sums, range(60), 99)
  assert (found.low, found.high) == pytest.approx(percentile(draws, 0.9))


def test_exams_with_a_gap_are_left_out():
  nan = np.nan
  found = relative_saving([100.0, nan, 9.0, 300.0], [50.0, 1.0, nan, 270.0])
  assert found == relative_saving([100.0, 300.0], [50.0, 270.0])


def test_patients_and_seeds_count():
  without, with_help = exams(0.2, 0.5)
  alone = relative_saving(without, with_help).of_sums
  groups = np.arange(30).repeat(2)
  found = relative_saving(without, with_help, groups).of_sums
  assert found.high - found.low > 1.2 * (alone.high - alone.low)
  again = relative_saving(without, with_help, groups).of_sums
  other = relative_saving(without, with_help, groups, seed=1).of_sums
  assert found == again and found.low != other.low


def test_wrong_input_is_refused():
  with pytest.raises(ValueError, match=r"wanted efforts > 0, got 0\.0"):
    relative_saving([1.0, 2.0], [1.0, 0.0])
  with pytest.raises(ValueError, match="pairs"):
    relative_saving([1.0, 2.0], [1.0])
  with pytest.raises(ValueError, match=r"groups \[n\]"):
    relative_saving([1.0, 2.0], [1.0, 1.0], [0])
  with pytest.raises(ValueError, match="level"):
    relative_saving([1.0, 2.0], [1.0, 1.0], level=95)
  with pytest.raises(ValueError, match="an exam without NaN, got none"):
    relative_saving([np.nan], [1.0])
