"""The survey's reference code seeds BADGE by scikit-learn's k-means++."""

import numpy as np
from sklearn.cluster import kmeans_plusplus

import alx
from experiments.survey.plan import make_plan


def gradients(seed=0):
  rng = np.random.default_rng(seed)
  logits = 2 * rng.standard_normal((60, 3))
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  return probs, rng.standard_normal((60, 4))


def left_over(vectors, items):
  away = vectors[:, None] - vectors[items][None]
  return np.square(away).sum(-1).min(1).sum()


def test_greedy_draws_leave_what_those_of_scikit_learn_leave():
  probs, features = gradients()
  residual = probs - np.eye(3)[probs.argmax(-1)]
  vectors = np.einsum("nc,nd->ncd", residual, features).reshape(60, -1)
  given = {"probs": probs, "features": features, "k": 6}
  greedy = {"first": "uniform", "trials": 0}

  def mean(items_of):
    return np.mean([left_over(vectors, items_of(s)) for s in range(150)])

  ours = mean(lambda s: alx.query("badge", key=s, **given, **greedy))
  plain = mean(lambda s: alx.query("badge", key=s, **given))
  theirs = mean(
    lambda s: kmeans_plusplus(
      vectors, 6, random_state=np.random.RandomState(s)
    )[1]
  )
  assert abs(ours / theirs - 1) < 0.03 and ours < 0.95 * plain


def test_parity_turns_it_on_and_clean_does_not(tmp_path):
  for preset, wanted in (("parity", True), ("clean", False)):
    plan = make_plan("acdc", str(tmp_path), preset=preset)
    assert all(c.greedy_seeding is wanted for c in plan.configs.values())
