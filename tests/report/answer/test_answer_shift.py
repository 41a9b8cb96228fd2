"""Labels fewer, against a loop over t-tests and against known truths."""

import numpy as np
import pytest
import scipy.stats

from alx.report.answer.shift import shift

GRID = np.arange(4, 29)


def shown(gaps, level):
  """+1 or -1 where the mean of [S] is told apart from 0."""
  found = scipy.stats.ttest_1samp(gaps, 0)
  return int(np.sign(gaps.mean())) if found.pvalue < 1 - level else 0


def slowly(method, random, level):
  """(low, high): outwards from 0, one t-test after the other."""
  most = method.shape[1] - 1

  def sign(s):
    if s >= 0:
      return shown(method[:, most - s] - random[:, most], level)
    return shown(method[:, most] - random[:, most + s], level)

  signs = {s: sign(s) for s in range(-most, most + 1)}
  low = high = 0
  if signs[0] > 0:
    while low < most and signs[low + 1] > 0:
      low += 1
  else:
    low = max((s for s in range(-most, 0) if signs[s] > 0), default=-np.inf)
  if signs[0] < 0:
    while high > -most and signs[high - 1] < 0:
      high -= 1
    high -= 1
  else:
    high = min((s for s in range(1, most + 1) if signs[s] < 0), default=np.inf)
    high -= 1
  return low, high


def curve(labels):
  """Of random: it rises and flattens."""
  return 0.8 - 0.3 * np.exp(-(np.asarray(labels) - 4) / 12)


def draw(random, scale, seeds=5):
  """Two arms of 7 rounds; the method has `scale` labels for one of random."""
  rounds = np.arange(4, 29, 4)
  of_seed = random.normal(0, 0.02, (seeds, 1))
  noise = random.normal(0, 0.02, (2, seeds, 7))
  noise[1, :, 0] = noise[0, :, 0]
  means = curve(4 + (rounds - 4) * scale), curve(rounds)
  return [
    np.stack([np.interp(GRID, rounds, s) for s in mean + of_seed + apart])
    for mean, apart in zip(means, noise, strict=True)
  ]


@pytest.mark.parametrize("scale", [0.6, 1.0, 1.5, 2.0])
def test_ends_are_those_of_t_tests_one_by_one(scale):
  random = np.random.default_rng(0)
  for level in (0.8, 0.95):
    method, chance = draw(random, scale)
    found = shift(method, chance, level)
    assert (found.low, found.high) == slowly(method, chance, level)
    assert found.low <= found.value <= found.high


# With s fewer of 28 labels the method has what random has with 28: with half
# the way from 4 on, 4 + 24 / 2 = 16, a shift of 12; with 1.5, 20 and 8.
@pytest.mark.parametrize(("scale", "truth"), [(1, 0), (1.5, 8), (2, 12)])
def test_intervals_hold_the_truth_as_often_as_they_say(scale, truth):
  random = np.random.default_rng(1)
  found = [shift(*draw(random, scale), 0.95) for _ in range(400)]
  inside = np.mean([f.low <= truth <= f.high for f in found])
  assert inside > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


def lines(*rows):
  return np.array(rows, float)


def test_the_mean_curves_say_how_many():
  slow = lines([0, 1, 2, 3, 4], [0, 1.1, 2.2, 3.1, 4.2])
  fast = lines([0, 2, 4, 6, 8], [0, 2.1, 4.2, 6.2, 8.1])
  assert shift(fast, slow, 0.95).value == 2
  assert shift(slow, fast, 0.95).value == -2
  assert shift(slow, slow, 0.95).value == 0
  assert shift(slow - 9, slow, 0.95).value == -np.inf
  assert shift(slow + 9, slow, 0.95).value == 4  # with the first already


def test_numbers_of_labels_need_not_be_successive():
  """The same curves with ten labels for one."""
  random = np.random.default_rng(2)
  for scale in (0.6, 1.5):
    method, chance = draw(random, scale)
    one = shift(method, chance, 0.8)
    ten = shift(method, chance, 0.8, 10 * GRID)
    assert (ten.value, ten.low) == (10 * one.value, 10 * one.low)
    assert ten.high + 1 == 10 * (one.high + 1)  # the first shown too large


def test_a_curve_that_falls_again_counts_from_where_it_stays():
  random = lines([0, 1, 2, 3, 4], [0, 1.1, 2.1, 3.1, 4.1])
  early = lines([0, 9, 2, 5, 5], [0, 9.1, 2.2, 5.1, 5.2])
  assert shift(early, random, 0.95).value == 1


def test_no_seed_more_than_one_no_ends():
  found = shift(lines([0, 2, 4]), lines([0, 1, 2]), 0.95)
  assert found == (1, -np.inf, np.inf)
