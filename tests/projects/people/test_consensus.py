import numpy as np
import pytest

from alx.projects.people import consensus
from alx.projects.people.consensus import UNDECIDED, dawid_skene, majority
from tests import oracle_readers

NONE = UNDECIDED


def test_votes_by_hand():
  votes = np.array(
    [[0, 1, 2, 0, NONE], [0, 2, 2, 1, NONE], [1, 1, NONE, NONE, NONE]]
  )
  found = majority(votes, 3)
  assert found.labels.tolist() == [0, 1, 2, NONE, NONE]
  np.testing.assert_allclose(found.share, [2 / 3, 2 / 3, 1, np.nan, np.nan])
  assert (found.tied, found.unseen) == (1, 1)


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 2)])
@pytest.mark.parametrize("readers", [1, 2, 4])
def test_the_majority_is_the_loop(shape, readers):
  rng = np.random.default_rng(readers)
  votes = rng.choice([0, 1, 2, NONE], (readers, *shape)).astype(np.uint8)
  found = majority(votes, 3)
  np.testing.assert_array_equal(found.labels, oracle_readers.majority(votes, 3))


def test_a_tie_never_makes_a_class():
  """Of all votes of two and four readers over two classes."""
  for readers in (2, 4):
    every = np.array(list(np.ndindex(*[2] * readers))).T
    found = majority(every, 2)
    level = every.sum(0) * 2 == readers
    assert set(found.labels[~level]) <= {0, 1}
    assert (found.labels[level] == NONE).all() and found.tied == level.sum()
    assert (found.labels[~level] == every.mean(0)[~level].round()).all()


def test_a_senior_decides_where_others_are_level():
  # The senior is the last: level with 1, level without the own class, outvoted.
  votes = np.array([[0, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1], [1, NONE, 1]])
  assert majority(votes[[0, 1, 4]], 3).labels.tolist()[0] == 1
  found = majority(votes[[0, 3, 4]], 2, senior=2)
  assert found.labels.tolist() == [1, NONE, 1]
  found = majority(
    np.array([[0, 0], [1, 1], [2, 2], [0, 1], [2, 2]]), 3, senior=4
  )
  assert found.labels.tolist() == [2, 2]
  found = majority(np.array([[0], [0], [1], [1], [2]]), 3, senior=4)
  assert found.labels.tolist() == [NONE]  # the senior's class is not level


def test_weights_of_readers():
  votes = np.array([[0, 0], [1, 1], [1, 0]])
  assert majority(votes, 2, weights=[2.5, 1, 1]).labels.tolist() == [0, 0]
  found = majority(votes, 2, weights=[0.3, 0.1, 0.2])  # 0.3 against 0.1 + 0.2
  assert found.labels.tolist() == [NONE, 0]


def test_soft_means_and_their_labels():
  votes = np.array([[0, 1, NONE], [1, 1, NONE]])
  mean = consensus.soft_mean(votes, 2)
  np.testing.assert_allclose(mean, [[0.5, 0.5], [0, 1], [np.nan, np.nan]])
  assert consensus.likeliest(mean).tolist() == [NONE, 1, NONE]


def test_two_steps_of_dawid_and_skene_are_the_loop():
  rng = np.random.default_rng(0)
  votes = rng.choice([0, 1, 2, NONE], (4, 30), p=[0.4, 0.3, 0.2, 0.1])
  posterior = np.nan_to_num(consensus.soft_mean(votes, 3), nan=1 / 3)
  wanted = []
  for _ in range(2):
    posterior, confusion, prior, likelihood = oracle_readers.dawid_skene_step(
      posterior, votes, 0.01
    )
    wanted.append(likelihood)
  found = dawid_skene(votes, 3, most=2)
  np.testing.assert_allclose(found.posterior, posterior, rtol=1e-9)
  np.testing.assert_allclose(found.confusion, confusion, rtol=1e-9)
  np.testing.assert_allclose(found.prior, prior, rtol=1e-9)
  np.testing.assert_allclose(found.likelihood, wanted, rtol=1e-9)
  assert not found.converged


def test_dawid_and_skene_recover_known_readers():
  rng = np.random.default_rng(1)
  confusion = np.array(
    [
      [[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.05, 0.05, 0.9]],
      [[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]],
      [[0.6, 0.3, 0.1], [0.05, 0.9, 0.05], [0.2, 0.2, 0.6]],
    ]
  )
  votes, truth = oracle_readers.made_votes(
    rng, confusion, [0.5, 0.3, 0.2], 2000
  )
  found = dawid_skene(votes, 3)
  assert found.converged and (np.diff(found.likelihood) > -1e-6).all()
  np.testing.assert_allclose(found.confusion, confusion, atol=0.1)
  assert abs(found.confusion - confusion).mean() < 0.05
  labels = consensus.likeliest(found.posterior)
  voted = majority(votes, 3).labels
  assert (labels == truth).mean() > (voted == truth).mean()


def test_how_often_items_are_there_does_not_matter_but_for_time():
  votes = np.array([[0, 1, 1, 0], [0, 1, 0, 0], [0, 1, 1, 1]])
  one = dawid_skene(votes, 2, smoothing=0.01)
  many = dawid_skene(np.tile(votes, 50), 2, smoothing=0.5)
  np.testing.assert_allclose(one.posterior, many.posterior[:4], rtol=1e-6)


def test_two_readers_who_differ_evenly_decide_nothing():
  votes = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
  found = dawid_skene(votes, 2)
  assert consensus.likeliest(found.posterior).tolist() == [0, NONE, NONE, 1]


def maps():
  """Three readers of a square, the last one a voxel to the right."""
  votes = np.zeros((3, 12, 12), np.uint8)
  votes[:2, 4:8, 4:8] = 1
  votes[2, 4:8, 5:9] = 1
  return votes


def test_maps_are_looked_at_in_a_box():
  labels, found, box = consensus.dawid_skene_maps(maps(), 2, margin=2)
  assert box == ((2, 2), (10, 11))
  assert found.posterior.shape == (8 * 9, 2)
  np.testing.assert_array_equal(labels, maps()[0])
  # More background around changes nothing.
  wide = np.pad(maps(), ((0, 0), (6, 6), (6, 6)))
  again = consensus.dawid_skene_maps(wide, 2, margin=2)
  np.testing.assert_array_equal(again[0][6:-6, 6:-6], labels)
  np.testing.assert_array_equal(again[1].confusion, found.confusion)


def test_voxels_that_nobody_saw_stay_open():
  votes = maps()
  votes[:, 0], votes[:, 5, 5] = NONE, NONE
  labels, _, _ = consensus.dawid_skene_maps(votes, 2)
  assert (labels[0] == NONE).all() and labels[5, 5] == NONE
  with pytest.raises(ValueError, match="wanted foreground of some reader"):
    consensus.dawid_skene_maps(np.zeros((2, 3, 3), np.uint8), 2)


@pytest.mark.parametrize(
  ("votes", "line"),
  [
    (np.array([[0.0, 1.0]]), "votes: wanted integers"),
    (np.zeros((0, 3), int), "votes: wanted integers"),
    (np.array([[0, 3]]), "wanted classes 0..2 or 255 for none, found 3"),
    (np.array([[0, -1]]), "found -1"),
  ],
)
def test_what_are_no_votes_is_refused(votes, line):
  for function in (majority, consensus.soft_mean, dawid_skene):
    with pytest.raises(ValueError, match=line):
      function(votes, 3)


def test_settings_out_of_range_are_refused():
  votes = np.array([[0, 1]])
  with pytest.raises(ValueError, match="wanted 2 to 255 classes, got 1"):
    majority(votes, 1)
  with pytest.raises(ValueError, match="weights: wanted 1 numbers > 0"):
    majority(votes, 2, weights=[0.0])
  with pytest.raises(ValueError, match=r"senior: wanted a reader of 0\.\.0"):
    majority(votes, 2, senior=1)
  with pytest.raises(ValueError, match="smoothing: wanted a number > 0"):
    dawid_skene(votes, 2, smoothing=0.0)
  with pytest.raises(ValueError, match="with one at least"):
    dawid_skene(np.full((2, 3), NONE), 2)
