"""How each method is called in `alx.functional`, and small pools for it."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from alx import functional
from alx.acquisition import BY_NAME

# Of the shapes that the tests of `alx.query` compile it for.
N, S, C, D, K, POOLS, ROUNDS = 24, 4, 3, 5, 3, 2, 2
SPACE = (3, 2)

# Words: arguments by name, of a method that scores items or chooses them.
SCORES = {
  "confidence": "probs",
  "margin": "probs",
  "margin_ratio": "probs",
  "entropy": "probs",
  "gini": "probs",
  "variance": "samples",
  "bald": "samples",
  "dbal": "samples",
  "mean_std": "samples",
  "variation_ratio": "samples",
  "vote_entropy": "samples",
  "pairwise_kl": "samples",
  "mask_disagreement": "maps_of_samples",
  "mc_iou": "maps_of_samples",
  "vacuity": "evidence",
  "dissonance": "evidence",
  "evidential_total": "evidence",
  "evidential_aleatoric": "evidence",
  "evidential_epistemic": "evidence",
  "evidential_entropy": "evidence",
  "beta_entropy": "betas",
  "inconsistency": "maps",
  "ripu": "maps",
  "egl": "probs features",
  "entropy_gradient": "probs features",
}
CHOICES = {
  "random": "key",
  "uniform": "key",
  "foreground_random": "key maps",
  "clasp_pe": "key maps labelled",
  "power_bald": "key samples",
  "softmax_bald": "key samples",
  "softrank_bald": "key samples",
  "stochastic_batches": "key probs",
  "class_balanced": "probs labelled labels",
  "ranked_batch": "probs features labelled",
  "mean_discrepancy": "features labelled",
  "k_center": "features labelled",
  "k_center_cosine": "features labelled",
  "facility_location": "features labelled",
  "max_cover": "features",
  "optimal_transport": "features labelled",
  "prob_cover": "features labelled labels",
  "non_similar": "features labelled",
  "graph_cut": "features labelled",
  "mutual_information": "features labelled labels",
  "log_det": "features labelled",
  "dpp": "probs features",
  "k_dpp": "key probs features",
  "mmd": "features labelled",
  "contextual_diversity": "probs labelled",
  "k_means": "key features",
  "k_means_pp": "key features labelled",
  "typiclust": "key features labelled",
  "usl": "key features labelled",
  "cluster_margin": "key probs features labelled",
  "representative": "key features",
  "lsh": "key features labelled",
  "badge": "key probs features",
  "bait": "probs features labelled",
  "fisher": "key probs features",
  "influence": "probs features labelled labels",
  "alfa_mix": "key probs features labelled labels",
  "batch_bald": "key samples",
}
# Methods without a function of arrays, and why.
WITHOUT = {
  "key_slices": "which slice a region is in is what the loop knows",
}
# Sizes that suit so small a pool, and what alone tells the number of classes.
OPTIONS = {
  "prob_cover": {"clusters": C},
  "typiclust": {"min_size": 2, "num_neighbours": 3},
  "usl": {"num_neighbours": 3, "updates": 2},
  "cluster_margin": {"cluster_size": 3.0, "factor": 2.0},
  "bait": {"prior": 0.5},
  "fisher": {"keep": 8},
  "log_det": {"max_labelled": 8},
  "mutual_information": {"max_targets": 8},
  "batch_bald": {"joint_samples": 27},
}
# What an argument is called where the pool has several of a kind.
NAMES = {"maps_of_samples": "samples", "maps": "probs", "betas": "evidence"}


def softmax(x):
  return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


@functools.cache
def pools():
  """Arrays of POOLS pools, [POOLS, ...] each."""
  rng = np.random.default_rng(0)
  samples = softmax(2 * rng.standard_normal((POOLS, S, N, C)))
  maps = softmax(2 * rng.standard_normal((POOLS, S, N, *SPACE, C)))
  maps[:, :, ::3] = np.array([0.98, 0.01, 0.01])  # nothing but background
  evidence = np.exp(rng.standard_normal((POOLS, N, C)))
  floats = {
    "features": rng.standard_normal((POOLS, N, D)),
    "samples": samples,
    "probs": samples[:, 0],
    "maps_of_samples": maps,
    "maps": maps[:, 0],
    "evidence": evidence,
    "betas": np.stack([evidence, evidence[..., ::-1] + 1], -1),
  }
  there = np.ones((POOLS, N), bool)
  there[:, 5] = False
  labelled = np.zeros((POOLS, N), bool)
  labelled[0, :3] = labelled[1, 9:12] = True
  return {
    **{name: x.astype(np.float32) for name, x in floats.items()},
    "labels": rng.integers(0, C, (POOLS, N)).astype(np.int32),
    "there": there,
    "labelled": labelled,
  }


def words_of(name):
  return (SCORES.get(name) or CHOICES[name]).split()


def ask(name, key, pool, labelled, **options):
  """items [K] of one pool."""
  given = {**pool, "key": key, "labelled": labelled}
  given = {NAMES.get(word, word): given[word] for word in words_of(name)}
  options = {**OPTIONS.get(name, {}), **options}
  method, available = getattr(functional, name), pool["there"] & ~labelled
  if name in SCORES:
    return functional.top_k(method(**given, **options), available, K)
  return method(**given, available=available, k=K, **options)


def ask_pool(name, key, pool):
  """items [K] of one pool in its first round."""
  return ask(name, key, pool, pool["labelled"])


def score_pool(pool):
  """{name: [N]} of every method that scores items: one program for all."""
  found = {}
  for name, words in SCORES.items():
    given = {NAMES.get(word, word): pool[word] for word in words.split()}
    found[name] = getattr(functional, name)(**given)
  return found


def rounds(name, keys, pools):
  """items [ROUNDS, POOLS, K]: a scan over rounds of a vmap over pools."""
  words = {*words_of(name), "there"} - {"key", "labelled"}
  arrays = {word: pools[word] for word in words}

  def step(labelled, keys):
    of_pool = functools.partial(ask, name)
    items = jax.vmap(of_pool)(keys, arrays, labelled)
    mark = jax.vmap(lambda mask, at: mask.at[at].set(True, mode="drop"))
    return mark(labelled, items), items

  return jax.lax.scan(step, pools["labelled"], keys)[1]


SEEDS = 7 + np.arange(ROUNDS * POOLS).reshape(ROUNDS, POOLS)


@functools.cache
def keys():
  """[ROUNDS, POOLS] keys."""
  return jax.vmap(jax.vmap(jax.random.key))(SEEDS)


@functools.cache
def scored():
  """{name: [POOLS, N]} of a vmap over pools, compiled."""
  found = jax.jit(jax.vmap(score_pool))(as_jax(pools()))
  return jax.tree.map(np.asarray, found)


@functools.cache
def picked(name):
  """[ROUNDS, POOLS, K], compiled for this N and K alone."""
  run = jax.jit(functools.partial(rounds, name))
  return np.asarray(run(keys(), as_jax(pools())))


def first_picks(name):
  """items [K] of the first pool in its first round."""
  if name in CHOICES:
    return picked(name)[0, 0].tolist()
  pool = pools()
  free = pool["there"][0] & ~pool["labelled"][0]
  scores = np.where(free, scored()[name][0], -np.inf)
  return np.argsort(-scores, kind="stable")[:K].tolist()


def needs_of(name):
  return BY_NAME[name].needs


def as_query(name, pool, labelled):
  """What `alx.query` is given for the same."""
  of_need = {
    "probs": ("logits", "maps" if "space" in needs_of(name) else "probs"),
    "samples": (
      "samples",
      "maps_of_samples" if "space" in needs_of(name) else "samples",
    ),
    "features": ("features", "features"),
    "evidence": ("evidence", "evidence"),
    "beta": ("evidence", "betas"),
  }
  given = {}
  for need in needs_of(name):
    if need != "space":
      word, array = of_need[need]
      given[word] = pool[array]
  if "logits" in given:
    given["logits"] = np.log(given["logits"])
  available = pool["there"] & ~labelled
  known = {"labelled": labelled, "labels": pool["labels"]}
  return {**given, **known, "available": available}


def as_jax(tree, dtype=jnp.float32):
  def of(x):
    return jnp.asarray(x, dtype if x.dtype == np.float32 else None)

  return jax.tree.map(of, tree)
