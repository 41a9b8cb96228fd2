import fractions
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from alx.acquisition import Candidates
from alx.acquisition.scores import regions, select
from alx.prediction import Prediction


def one_hot(classes, num_classes=2, sure=1.0):
  eye = np.eye(num_classes) * sure + (1 - sure) / num_classes
  return eye[np.asarray(classes)]


def of(probs, mask=None):
  probs = jnp.asarray(probs, jnp.float32)[None]
  mask = np.ones(probs.shape[1:-1], bool) if mask is None else mask
  return Prediction(probs, None, jnp.asarray(mask))


def test_a_checkerboard_is_half_inconsistent():
  board = np.indices((1, 4, 4)).sum(0) % 2
  flat = np.zeros((1, 4, 4), int)
  probs = np.concatenate([one_hot(board), one_hot(flat)])
  assert regions.inconsistency(None, of(probs)).tolist() == [0.5, 0]


def test_impurity_of_a_region_by_hand():
  classes = [[0, 0, 1, 2]]
  found = regions.ripu(None, of(one_hot(classes, 3, 0.7)))
  p = np.array([0.8, 0.1, 0.1])
  shares = np.array([0.5, 0.25, 0.25])
  wanted = scipy.special.entr(shares).sum() * scipy.special.entr(p).sum()
  assert float(found[0]) == pytest.approx(wanted, rel=1e-6)
  number = regions.ripu(None, of(one_hot(classes, 3, 0.7)), impurity="classes")
  wanted = 2 * scipy.special.entr(p).sum()
  assert float(number[0]) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("shape", [(5, 4), (3, 4, 5)])
@pytest.mark.parametrize("impurity", ["entropy", "classes"])
@pytest.mark.parametrize("window", [1, 2])
def test_windows_are_those_of_a_loop(shape, impurity, window):
  rng = np.random.default_rng(0)
  probs = scipy.special.softmax(2 * rng.standard_normal((1, *shape, 3)), -1)
  mask = rng.random((1, *shape)) < 0.8
  found = regions.ripu(None, of(probs, mask), impurity=impurity, window=window)
  values = []
  for place in itertools.product(*map(range, shape)):
    if not mask[0][place]:
      continue
    box = tuple(slice(max(i - window, 0), i + window + 1) for i in place)
    real = probs[0][box][mask[0][box]]
    shares = np.bincount(real.argmax(-1), minlength=3) / len(real)
    impure = scipy.special.entr(shares).sum()
    if impurity == "classes":
      impure = (shares > 0).sum() - 1
    values.append(impure * scipy.special.entr(real).sum(-1).mean())
  assert float(found[0]) == pytest.approx(np.mean(values), rel=2e-5)


def free(count, labelled=0):
  known = np.arange(count) < labelled
  return Candidates(jnp.asarray(~known), jnp.asarray(known))


def scores_of_classes(count=300):
  """Items 0..99 are of class 0, 100..199 of class 1, the rest of none."""
  classes = np.full((count, 2), 1e-6)
  classes[:100, 0] = classes[100:200, 1] = 0.5
  whole = np.full(count, 1e-6)
  whole[200:] = 1.0
  return {
    k: jnp.asarray(v, jnp.float32)
    for k, v in {"all": whole, "classes": classes}.items()
  }


def test_two_thirds_are_by_class_and_evenly():
  found = np.asarray(
    regions.class_stratified(
      jax.random.key(0), scores_of_classes(), free(300), 30, beta=50.0
    )
  )
  counts = np.bincount(found // 100, minlength=3)
  # floor(0.66 30) = 19: 10 of one class, 9 of the other, 11 of all.
  assert sorted(counts[:2].tolist()) == [9, 10]
  assert counts[2] == 11


def test_the_extra_pick_is_of_a_class_by_chance():
  firsts = set()
  for seed in range(12):
    found = np.asarray(
      regions.class_stratified(
        jax.random.key(seed), scores_of_classes(), free(300), 30, beta=50.0
      )
    )
    firsts.add(tuple(np.bincount(found // 100, minlength=3)[:2].tolist()))
  assert firsts == {(9, 10), (10, 9)}


def test_a_share_is_that_of_whole_numbers():
  """0.29 of 100 is 29, though it is less as a float."""
  description = {
    "all": jnp.zeros(200),
    "classes": jnp.where(jnp.arange(200) < 50, 1.0, 0.0)[:, None],
  }
  description["all"] = description["all"].at[100:].set(1.0)
  found = np.asarray(
    regions.class_stratified(
      jax.random.key(0), description, free(200), 100, share=0.29
    )
  )
  assert ((found < 50).sum(), (found >= 100).sum()) == (29, 71)


def test_noise_decays_with_the_batches_that_are_labelled():
  """The first question is a draw, the tenth is nearly the highest scores."""
  scores = jnp.linspace(1.0, 2.0, 100)
  description = {"all": scores, "classes": jnp.zeros((100, 0))}

  def share_of_the_best(labelled):
    found = [
      np.asarray(
        regions.class_stratified(
          jax.random.key(seed), description, free(100, labelled), 5
        )
      )
      for seed in range(20)
    ]
    return (np.concatenate(found) >= 90).mean()

  early, late = share_of_the_best(5), share_of_the_best(50)
  assert early < 0.4 and late > 0.9


def test_scores_of_nothing_come_last():
  description = {
    "all": jnp.array([0.0, 1.0, 0.0]),
    "classes": jnp.zeros((3, 1)),
  }
  found = regions.class_stratified(
    jax.random.key(0), description, free(3), 3, share=0.0
  )
  assert int(found[0]) == 1 and sorted(found.tolist()) == [0, 1, 2]


@pytest.mark.parametrize("growth", [2.0, 4.0, 10.0, 3e38])
@pytest.mark.parametrize("beta", [0.0, 1.0, 3e38])
def test_noise_that_is_nothing_beside_the_scores(growth, beta):
  """After 50 batches of labels the power of the scores is beyond float32."""
  scores = jnp.array([0.3, 1.0, 0.0, 0.6, 0.0, 0.9, 1e-30])
  candidates = Candidates(jnp.arange(7) > 0, jnp.arange(7) == 0)
  candidates = candidates._replace(
    available=jnp.pad(candidates.available, (0, 400)),
    labelled=jnp.pad(candidates.labelled, (0, 400), constant_values=True),
  )
  found = by_all(jnp.pad(scores, (0, 400)), candidates, beta, growth).tolist()
  assert sorted(found[:4]) == [1, 3, 5, 6] and sorted(found[4:6]) == [2, 4]
  assert found[6:] == [407, 407]
  assert not beta or growth == 2.0 or found[:4] == [1, 5, 3, 6]


@jax.jit
def by_all(scores, candidates, beta, growth):
  """8 picks by the entropy of all classes."""
  description = {"all": scores, "classes": jnp.zeros((len(scores), 0))}
  return regions.class_stratified(
    jax.random.key(0), description, candidates, 8, beta=beta, growth=growth
  )


def test_every_nth_is_evenly_spaced():
  for seed in range(5):
    found = np.asarray(
      select.evenly_spaced(jax.random.key(seed), None, free(100), 10)
    )
    assert (np.diff(found) == 10).all() and 0 <= found[0] < 10


def test_every_nth_is_that_of_exact_numbers():
  """floor((i + u) n / k) of the same u, and in one program."""
  space = jax.jit(
    lambda key, free, count: select.evenly_spaced(
      key, None, Candidates(free, ~free), 128, count
    )
  )
  rng = np.random.default_rng(0)
  for seed in range(100):
    n = int(rng.integers(1, 3000))
    k = int(rng.integers(1, min(n, 128) + 1))
    found = space(jax.random.key(seed), np.arange(3000) < n, k).tolist()
    u = fractions.Fraction(float(uniform(jax.random.key(seed))))
    assert found[:k] == [int((i + u) * n / k) for i in range(k)]
    assert found[k:] == [3000] * (128 - k)


uniform = jax.jit(lambda key: jax.random.uniform(key, dtype=jnp.float32))


def test_all_that_is_available_is_every_item_once():
  key = jax.random.split(jax.random.key(160))[1]  # its u is nearly 1
  choose = jax.jit(select.evenly_spaced, static_argnums=3)
  found = choose(key, None, free(100_000), 100_000)
  assert found.tolist() == list(range(100_000))


def test_every_nth_of_what_is_left():
  candidates = free(20, labelled=10)
  found = select.evenly_spaced(jax.random.key(1), None, candidates, 4)
  kept = found.tolist()
  assert len(set(kept)) == 4 and min(kept) >= 10
  more = select.evenly_spaced(jax.random.key(1), None, candidates, 12)
  assert more.tolist() == [*range(10, 20), 20, 20]
