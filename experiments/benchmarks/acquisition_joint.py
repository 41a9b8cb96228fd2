"""BALD and BatchBALD against NumPy, SciPy and batchbald_redux."""

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Candidates
from alx.acquisition.joint.batch_bald import batch_bald
from alx.acquisition.scores import predictive
from alx.prediction import Prediction
from experiments.benchmarks.acquisition_case import Case

BATCH, JOINT_SAMPLES, EXACT = 10, 10_000, 5


def posterior_probs(seed: int, num_items, num_samples, num_classes):
  """[N, S, C] float32, of dropout passes: some items vary more than others."""
  rng = np.random.default_rng(seed)
  shape = num_items, num_samples, num_classes
  spread = rng.gamma(2.0, 0.25, (num_items, 1, 1))
  logits = 2 * rng.standard_normal((num_items, 1, num_classes))
  logits = logits + spread * rng.standard_normal(shape)
  probs = np.exp(logits)
  return (probs / probs.sum(-1, keepdims=True)).astype(np.float32)


def make_batch(seed: int) -> dict:
  """Probabilities of 2,000 items, as ours and the peer want them."""
  probs = posterior_probs(seed, 2000, 100, 10)
  return {"probs": jnp.asarray(probs), "host": probs}


@jax.jit
def _choose(probs):
  num_items = probs.shape[0]
  everything = Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))
  return batch_bald(
    jax.random.key(0), probs, everything, BATCH, joint_samples=JOINT_SAMPLES
  )


def redux(inputs: dict, dtype: str) -> list[int]:
  """batchbald_redux, of an author of the paper, in torch."""
  import torch
  from batchbald_redux import batchbald

  dtype = getattr(torch, dtype)
  logs = torch.log(torch.tensor(inputs["host"], dtype=dtype))
  return batchbald.get_batchbald_batch(
    logs, BATCH, JOINT_SAMPLES, dtype=dtype
  ).indices


def same_exact_picks(ours, theirs) -> float:
  """Share of equal picks among those with C^n <= 10,000: the rest is drawn."""
  ours, theirs = np.asarray(ours)[:EXACT], np.asarray(theirs)[:EXACT]
  return float((ours == theirs).mean())


def make_scores(seed: int) -> dict:
  """Probabilities of 50,000 items, samples first."""
  probs = posterior_probs(seed, 50_000, 20, 9)
  probs = np.ascontiguousarray(np.moveaxis(probs, 0, 1))
  return {"probs": jnp.asarray(probs), "host": probs}


@jax.jit
def _bald(probs):
  mask = jnp.ones(probs.shape[1], bool)
  return predictive.bald(None, Prediction(probs, None, mask))


def bald_plain(inputs: dict) -> np.ndarray:
  """The formula as it is written."""
  probs = inputs["host"]
  mean = probs.mean(0)
  inner = (probs * np.log(probs)).sum(-1).mean(0)
  return inner - (mean * np.log(mean)).sum(-1)


def bald_in_place(inputs: dict) -> np.ndarray:
  """Classes last to be summed, as a product with ones; one temporary array."""
  probs = inputs["host"]
  terms = np.log(probs)
  terms *= probs
  mean = probs.mean(0)
  inner = terms.mean(0) - mean * np.log(mean)
  return inner @ np.ones(probs.shape[-1], np.float32)


def bald_einsum(inputs: dict) -> np.ndarray:
  """No temporary array but the logarithms."""
  return _einsum(inputs["host"])


def bald_blocked(inputs: dict, block: int = 1000) -> np.ndarray:
  """The same, in blocks that stay in the cache."""
  probs = inputs["host"]
  starts = range(0, probs.shape[1], block)
  return np.concatenate([_einsum(probs[:, i : i + block]) for i in starts])


def _einsum(probs):
  mean = probs.mean(0)
  inner = np.einsum("snc,snc->n", probs, np.log(probs)) / len(probs)
  return inner - np.einsum("nc,nc->n", mean, np.log(mean))


def bald_scipy(inputs: dict) -> np.ndarray:
  """With the entropy of SciPy."""
  from scipy.special import entr

  probs = inputs["host"]
  return entr(probs.mean(0)).sum(-1) - entr(probs).sum(-1).mean(0)


CASES = [
  Case(
    kernel="bald",
    size="N=50,000 S=20 C=9",
    bars={
      "numpy": 1,
      "numpy einsum": 1,
      "numpy blocked": 1,
      "numpy in place": 1,
    },
    make=make_scores,
    ours=lambda inputs: _bald(inputs["probs"]),
    baselines={
      "numpy": bald_plain,
      "numpy in place": bald_in_place,
      "numpy einsum": bald_einsum,
      "numpy blocked": bald_blocked,
      "scipy": bald_scipy,
    },
    agree=lambda ours, theirs: float(
      np.isclose(ours, theirs, atol=1e-5).mean()
    ),
  ),
  Case(
    kernel="batch_bald",
    size="N=2,000 S=100 C=10 k=10, 10,000 joint samples",
    bars={"batchbald_redux": 20},
    make=make_batch,
    ours=lambda inputs: _choose(inputs["probs"]),
    baselines={
      "batchbald_redux": lambda inputs: redux(inputs, "double"),
      "batchbald_redux float32": lambda inputs: redux(inputs, "float"),
    },
    agree=same_exact_picks,
    slow=frozenset({"batchbald_redux", "batchbald_redux float32"}),
  ),
]
