"""A batch by Fisher information is informative to its last item."""

import numpy as np

import alx

N, C, D, K = 300, 2, 8, 20


def pool(seed):
  rng = np.random.default_rng(seed)
  features = rng.standard_normal((N, D)) + 0.3
  weights = rng.standard_normal((D, C))
  return features, features @ weights


def bait_objective(items, probs, features):
  """tr((I + sum_S F_i)^-1 mean F) of the whole last layer (Ash et al. 2021)."""
  each = np.einsum("nc,cd->ncd", probs, np.eye(C))
  each = each - probs[:, :, None] * probs[:, None, :]
  each = np.einsum("ncd,na,nb->ncadb", each, features, features)
  each = each.reshape(N, C * D, C * D)
  known = np.eye(C * D) + each[items].sum(0)
  return np.trace(np.linalg.solve(known, each.mean(0)))


def layer_objective(items, probs, features):
  """tr of the inverse of what the batch tells, weights of a unit averaged."""
  each = np.einsum("nc,cd->ncd", probs, np.eye(C))
  each = each - probs[:, :, None] * probs[:, None, :]
  pair = np.stack([features.mean(1), np.ones(N)], 1)
  each = np.einsum("ncd,na,nb->ncadb", each, pair, pair).reshape(N, 2 * C, -1)
  told = (each[items] + 1e-3 * np.eye(2 * C)).sum(0)
  # Two directions, sums over the classes, have the 1e-3 and no more.
  return np.trace(np.linalg.inv(told)) - 2 / (1e-3 * len(items))


def softmax(x):
  x = np.exp(x - x.max(-1, keepdims=True))
  return x / x.sum(-1, keepdims=True)


def test_the_batch_leaves_less_than_chance_and_about_what_bait_leaves():
  ratios = []
  for seed in range(3):
    features, logits = pool(seed)
    probs = softmax(logits)
    given = {"logits": logits, "features": features, "k": K}
    batches = [alx.query(name, **given) for name in ("fisher", "bait")]
    batches += [np.random.default_rng(s).permutation(N)[:K] for s in range(40)]
    (ours, theirs, *chance), (mine, other, *luck) = (
      [objective(items, probs, features) for items in batches]
      for objective in (bait_objective, layer_objective)
    )
    # Of a coarser gradient than bait's, and yet better than all of 40 draws.
    assert ours < min(chance) and ours < 2 * theirs
    assert mine < min(luck)
    ratios.append(mine / other)
  assert np.mean(ratios) < 0.6


def test_the_key_decides_nothing():
  features, logits = pool(0)
  given = {"logits": logits, "features": features, "k": K}
  items = [alx.query("fisher", key=key, **given) for key in range(3)]
  assert (items[0] == items[1]).all() and (items[0] == items[2]).all()
