import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.spatial.distance
import scipy.special

from alx.acquisition import Candidates
from alx.acquisition.combinations import balance
from tests import oracle_balance

N, K, C = 12, 5, 3


@functools.partial(jax.jit, static_argnums=(0, 3))
def choose(select, description, candidates, k=K):
  return select(jax.random.key(0), description, candidates, k)


def as_jax(array):
  kind = {"b": bool, "i": jnp.int32, "f": jnp.float32}
  return jnp.asarray(array, kind[np.asarray(array).dtype.kind])


def of_probs(probs):
  entropy = scipy.special.entr(probs).sum(-1)
  return {"probs": as_jax(probs), "entropy": as_jax(entropy)}


def pool(seed, labels=True, labelled=0.3):
  rng = np.random.default_rng(seed)
  state = rng.choice(3, N, p=[0.9 - labelled, labelled, 0.1])
  classes = np.where(state == 1, rng.integers(-1, C - 1, N), -1)
  arrays = state == 0, state == 1, classes if labels else None
  return rng, Candidates(*jax.tree.map(as_jax, arrays))


KINDS = {
  "random": lambda rng: rng.dirichlet([0.5] * C, N),
  "duplicates": lambda rng: rng.dirichlet([0.5] * C, 3)[rng.integers(0, 3, N)],
  "sure": lambda rng: np.eye(C)[rng.integers(0, C, N)],
  "constant": lambda rng: np.full((N, C), 1 / C),
}


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_class_balanced_equals_greedy_and_swaps(kind, labels):
  for seed in range(6):
    rng, candidates = pool(seed, labels)
    described = of_probs(KINDS[kind](rng))
    items = choose(balance.class_balanced, described, candidates)
    probs, entropy = described["probs"], described["entropy"]
    wanted = oracle_balance.class_balanced(probs, entropy, candidates, K)
    if kind == "sure":  # sets of one worth, which rounding ranks
      lack = oracle_balance.lacking(candidates, C, K)
      worth = [
        oracle_balance.balance_value(x.tolist(), probs, entropy, lack, 0.6)
        for x in (items, np.array(wanted))
      ]
      np.testing.assert_allclose(*worth, atol=1e-5)
    else:
      assert items.tolist() == wanted


@pytest.mark.parametrize("lam", [0.6, 2.0, 50.0])
def test_class_balanced_is_mostly_the_best_of_all_sets_and_never_far(lam):
  select = functools.partial(balance.class_balanced, lam=lam)
  found = []
  for seed in range(20):
    rng = np.random.default_rng(seed)
    probs = KINDS["random"](rng)
    doubt = scipy.special.entr(probs).sum(-1)
    labelled = np.arange(N) >= 10
    labels = np.where(labelled, rng.integers(0, 2, N), -1)
    candidates = Candidates(*map(as_jax, (~labelled, labelled, labels)))
    lack = oracle_balance.lacking(candidates, C, 3)

    def value(items, known=(probs, doubt, lack, lam)):
      return oracle_balance.balance_value(items, *known)

    values = [value(items) for items in itertools.combinations(range(10), 3)]
    items = choose(select, of_probs(probs), candidates, 3)
    away = (max(values) - value(items.tolist())) / np.ptp(values)
    assert away < 0.1
    found.append(away < 1e-5)
  assert np.mean(found) >= 0.9


def test_swaps_only_ever_improve():
  greedy = functools.partial(balance.class_balanced, lam=5.0, sweeps=0)
  swapped = functools.partial(balance.class_balanced, lam=5.0)
  better = 0
  for seed in range(20):
    rng, candidates = pool(seed)
    probs = KINDS["random"](rng)
    doubt = scipy.special.entr(probs).sum(-1)
    lack = oracle_balance.lacking(candidates, C, K)
    before, after = (
      oracle_balance.balance_value(
        [i for i in choose(s, of_probs(probs), candidates).tolist() if i < N],
        probs,
        doubt,
        lack,
        5.0,
      )
      for s in (greedy, swapped)
    )
    assert after >= before - 1e-5
    better += after > before + 1e-5
  assert better > 0


def test_the_class_that_lacks_labels_is_picked():
  # Labelled: three of class 0, one of class 1. Three are asked for.
  probs = np.repeat(np.eye(2), [6, 4], 0)
  labelled = jnp.array([1, 1, 1, 0, 0, 0, 1, 0, 0, 0], bool)
  labels = jnp.array([0, 0, 0, -1, -1, -1, 1, -1, -1, -1])
  candidates = Candidates(~labelled, labelled, labels)
  items = choose(balance.class_balanced, of_probs(probs), candidates, 3)
  # 7 / 2 of each: class 0 lacks 0.5 and class 1 lacks 2.5.
  assert items.tolist() == [7, 8, 3]


def test_without_balance_it_is_the_entropy():
  select = functools.partial(balance.class_balanced, lam=0.0)
  rng, candidates = pool(3)
  described = of_probs(KINDS["random"](rng))
  items = choose(select, described, candidates)
  entropy = np.asarray(described["entropy"])
  free = np.flatnonzero(candidates.available)
  assert items.tolist() == free[np.argsort(-entropy[free])][:K].tolist()


def features_of(kind, rng):
  x = rng.standard_normal((N, 3))
  return {
    "random": x,
    "far_away": x + 1000.0,
    "duplicates": np.round(x[rng.integers(0, 4, N)]),
    "constant": np.ones((N, 3)),
    "zeros": x * (rng.random((N, 1)) < 0.5),
  }[kind]


@pytest.mark.parametrize("labelled", [0.0, 0.3])
@pytest.mark.parametrize(
  "kind", ["random", "far_away", "duplicates", "constant", "zeros"]
)
def test_ranked_batch_equals_every_distance_anew(kind, labelled):
  for seed in range(4):
    rng, candidates = pool(seed, labelled=labelled)
    features, doubt = as_jax(features_of(kind, rng)), as_jax(rng.random(N))
    described = {"features": features, "uncertainty": doubt}
    items = choose(balance.ranked_batch, described, candidates)
    wanted = oracle_balance.ranked_batch(
      features, np.asarray(doubt, np.float64), candidates, K
    )
    assert items.tolist() == wanted


def test_ranked_batch_by_hand():
  # 3 labelled at 0, 2 available: alpha = 2/5, then 1/5.
  described = {
    "features": jnp.array([[0.0], [0.0], [0.0], [1.0], [0.0]]),
    "uncertainty": jnp.array([0.0, 0.0, 0.0, 0.2, 0.5]),
  }
  labelled = jnp.array([1, 1, 1, 0, 0], bool)
  # 0.4 * 0.5 + 0.6 * 0.2 = 0.32 against 0.6 * 0.5 = 0.30.
  items = choose(
    balance.ranked_batch, described, Candidates(~labelled, labelled), 2
  )
  assert items.tolist() == [3, 4]


def test_ranked_batch_starts_amid_the_pool_and_goes_out():
  described = {
    "features": jnp.array([[-4.0], [-1.0], [0.0], [1.0], [9.0]]),
    "uncertainty": jnp.zeros(5),
  }
  everything = Candidates(jnp.ones(5, bool), jnp.zeros(5, bool))
  items = choose(balance.ranked_batch, described, everything, 3)
  assert items.tolist() == [2, 4, 0]


def test_ranked_batch_reports_its_progress():
  seen = []
  _, candidates = pool(0)
  described = {"features": jnp.ones((N, 2)), "uncertainty": jnp.zeros(N)}
  jax.block_until_ready(
    balance.ranked_batch(
      None, described, candidates, 3, progress=lambda *a: seen.append(a)
    )
  )
  jax.effects_barrier()
  assert sorted(seen) == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("block", [7, 64, 4096])
def test_mean_distances_in_blocks(block, monkeypatch):
  monkeypatch.setattr(balance, "BLOCK", block)
  rng = np.random.default_rng(0)
  x, there = rng.standard_normal((50, 4)), rng.random(50) < 0.7
  wanted = scipy.spatial.distance.cdist(x, x[there]).mean(1)
  found = balance.mean_distances(as_jax(x), jnp.asarray(there))
  np.testing.assert_allclose(found, wanted, rtol=1e-3)


@pytest.mark.parametrize("labelled", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["random", "far_away", "zeros"])
def test_mean_discrepancy_equals_the_pairwise_loop(kind, labelled):
  for seed in range(4):
    rng, candidates = pool(seed, labelled=labelled)
    features = features_of(kind, rng)
    if kind == "far_away":
      features[:, 0] += rng.integers(0, 5000, N)  # cosines that differ
    items = choose(balance.mean_discrepancy, as_jax(features), candidates)
    wanted = oracle_balance.mean_discrepancy(
      np.asarray(as_jax(features), np.float64), candidates, K
    )
    assert items.tolist() == wanted


def test_mean_discrepancy_by_hand():
  features = jnp.array([[1.0, 0], [5, 0], [0, 2], [1, 1], [0, 0]])
  labelled = jnp.array([True, False, False, False, False])
  # cos to the labelled: 1, 0, 0.71, 0; to the others: 0.43, 0.43, 0.60, 0.
  items = choose(
    balance.mean_discrepancy, features, Candidates(~labelled, labelled), 4
  )
  assert items.tolist() == [2, 4, 3, 1]


@pytest.mark.parametrize("k", [0, 1, 20])
def test_any_size_of_batch(k):
  rng, candidates = pool(0)
  both = {"features": jnp.ones((N, 2)), "uncertainty": jnp.ones(N)}
  for select, described in (
    (balance.class_balanced, of_probs(KINDS["random"](rng))),
    (balance.ranked_batch, both),
    (balance.mean_discrepancy, jnp.ones((N, 2))),
  ):
    items = choose(select, described, candidates, k)
    real = items[items < N]
    assert len(set(real.tolist())) == min(k, int(candidates.available.sum()))
    assert np.asarray(candidates.available)[real].all()
