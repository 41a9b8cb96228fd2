"""Scores of models that predict a Dirichlet distribution (evidence).

Maps take alpha [..., C] > 0, the parameters of a Dirichlet over the class
probabilities, with S0 = sum_c alpha_c. Differences of digammas are never taken
as such: they would cancel in float32 from alpha = 1e3 on.
"""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.scipy.special import digamma, gammaln

from alx.acquisition.scores.spatial import reduce_spatial
from alx.prediction import Prediction

Reduce = str | Callable
_SHIFT = 8  # the series below are exact to float32 from here on
_MOST = 1e15  # evidence beyond it is of nobody, see `alx.query`


def vacuity_map(alpha: jax.Array) -> jax.Array:
  """Lack of evidence, C / S0: [..., C] -> [...], 1 for alpha = 1."""
  return alpha.shape[-1] / alpha.sum(-1)


def dissonance_map(alpha: jax.Array) -> jax.Array:
  """Evidence for several classes at once: [..., C] -> [...], in [0, 1].

  sum_k b_k sum_{j != k} b_j Bal(b_j, b_k) / sum_{j != k} b_j, with beliefs
  b = max(alpha - 1, 0) / S0 and Bal(x, y) = 1 - |x - y| / (x + y); 0 / 0 is
  0 (Josang 2018). Time O(C^2), memory O(C) per voxel.
  """
  belief = jnp.maximum(alpha - 1.0, 0.0) / alpha.sum(-1, keepdims=True)
  num_classes = alpha.shape[-1]

  def of_class(k, sum_so_far):
    b = jax.lax.dynamic_index_in_dim(belief, k, -1)
    others = jnp.where(jnp.arange(num_classes, dtype=jnp.int32) == k, 0.0, 1.0)
    others = belief * others.reshape((1,) * (belief.ndim - 1) + (-1,))
    # b_j Bal(b_j, b_k) = b_j 2 min / (b_j + b_k)
    balance = 2.0 * jnp.minimum(others, b) * _ratio(others, others + b)
    part = _ratio(balance.sum(-1), others.sum(-1))
    return sum_so_far + b[..., 0] * part

  zeros = jnp.zeros_like(belief[..., 0])
  return jax.lax.fori_loop(0, num_classes, of_class, zeros)


def total_map(alpha: jax.Array) -> jax.Array:
  """Entropy of the mean alpha / S0: [..., C] -> [...], in [0, log C] nats."""
  rest = _rest(alpha)
  near = jnp.log1p(jnp.minimum(rest / alpha, 1.0))
  far = jnp.log(alpha + rest) - jnp.log(alpha)
  log_share = jnp.where(rest > alpha, far, near)
  return (_shares(alpha) * log_share).sum(-1)


def aleatoric_map(alpha: jax.Array) -> jax.Array:
  """Expected entropy of the class: [..., C] -> [...], in [0, log C] nats.

  sum_c alpha_c / S0 (psi(S0 + 1) - psi(alpha_c + 1)), about 1e-6 exact
  relative to itself for alpha from 1e-6 to 1e6 and beyond.
  """
  gap = _digamma_gap(alpha + 1.0, _rest(alpha))
  return (_shares(alpha) * gap).sum(-1)


def epistemic_map(alpha: jax.Array) -> jax.Array:
  """Mutual information of class and probabilities: [..., C] -> [...], nats.

  Total - aleatoric, computed without that difference: it is
  sum_c alpha_c / S0 (g(alpha_c) - g(S0)) with g(x) = psi(x + 1) - log x, which
  falls as 1 / (2 x). About (C - 1) / (2 S0) for large alpha.
  """
  gap = _log_gap(alpha, _rest(alpha))
  return (_shares(alpha) * gap).sum(-1)


def differential_entropy_map(alpha: jax.Array) -> jax.Array:
  """Entropy of the Dirichlet density: [..., C] -> [...], nats, any sign.

  ln B(alpha) + (S0 - C) psi(S0) - sum_c (alpha_c - 1) psi(alpha_c), with the
  terms of the size of alpha taken out beforehand; they add up to 0. Highest,
  -ln (C - 1)!, for alpha = 1.
  """
  strength = alpha.sum(-1)
  others = alpha.shape[-1] - 1
  return (
    _entropy_term(alpha).sum(-1)
    - _entropy_term(strength)
    - others * digamma(strength)
  )


def surest_entropy(num_classes: int) -> float:
  """The entropy of the Dirichlet density where a voxel is surely known, nats.

  Density entropies have no lowest value. This is that of all evidence there can
  be for one class, alpha = (1e15, 1 ... 1), (C - 1) (1 - log 1e15): no alpha
  from 1 to 1e15, evidence + 1 of a network, has a lower one.

  Args:
    num_classes: C.
  """
  return (num_classes - 1) * (1.0 - math.log(_MOST))


def beta_pairs(alpha: jax.Array) -> jax.Array:
  """Marginals of a Dirichlet, Beta(alpha_c, S0 - alpha_c): [..., C, 2]."""
  return jnp.stack([alpha, _rest(alpha)], -1)


def _ratio(x, y):
  """x / y, and 0 where y is 0."""
  return jnp.where(y > 0, x / jnp.where(y > 0, y, 1.0), 0.0)


def _shares(alpha):
  return alpha / alpha.sum(-1, keepdims=True)


def _rest(alpha):
  """Sum over the other classes: [..., C]; S0 - alpha_c would cancel."""
  padding = [(0, 0)] * (alpha.ndim - 1)
  before = jnp.cumsum(jnp.pad(alpha, [*padding, (1, 0)])[..., :-1], -1)
  after = jnp.pad(alpha, [*padding, (0, 1)])[..., 1:]
  return before + jnp.flip(jnp.cumsum(jnp.flip(after, -1), -1), -1)


def _digamma_gap(x, d):
  """psi(x + d) - psi(x) for x >= 1, d >= 0.

  Recurrence psi(x) = psi(x + 1) - 1 / x up to x >= 8, then the asymptotic
  series, with d factored out of every term.
  """
  early = sum(d / (x + i) / (x + i + d) for i in range(_SHIFT))
  x = x + _SHIFT
  u, v = 1.0 / x, 1.0 / (x + d)
  first = u * d * v  # u - v
  second = first * (u + v)
  fourth = second * (u * u + v * v)
  late = first / 2 + second / 12 - fourth / 120
  return early + jnp.log1p(d / x) + late


def _log_gap(x, d):
  """g(x) - g(x + d) for x > 0, d >= 0, g(x) = psi(x + 1) - log x.

  g(x) = g(x + 1) + log(1 + 1 / x) - 1 / (x + 1) up to x >= 8, then its series
  1 / (2 x) - 1 / (12 x^2) + 1 / (120 x^4).
  """
  early = 0.0
  for i in range(_SHIFT):
    t = x + i
    early += jnp.log1p(d / t / (t + 1 + d)) - d / (t + 1) / (t + 1 + d)
  x = x + _SHIFT
  u, v = 1.0 / x, 1.0 / (x + d)
  first = u * d * v
  second = first * (u + v)
  fourth = second * (u * u + v * v)
  return early + first / 2 - second / 12 + fourth / 120


def _entropy_term(x):
  """ln Gamma(x) - (x - 1) psi(x) + x for x > 0."""
  small = jnp.minimum(x, _SHIFT)
  exact = gammaln(small) - (small - 1.0) * digamma(small) + small
  u = 1.0 / jnp.maximum(x, _SHIFT)
  series = -u * (1 / 3 + u * (1 / 12 + u * (1 / 90 - u / 120)))
  series = series + 0.5 * (1 + math.log(2 * math.pi) - jnp.log(u))
  return jnp.where(x < _SHIFT, exact, series)


def _score(to_map, prediction, reduce, surest=0.0):
  alpha, mask = prediction.evidence, prediction.mask
  return reduce_spatial(to_map(alpha), mask, reduce, alpha, surest=surest)


def vacuity(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Lack of evidence for any class, C / S0 (Sensoy 2018, section 3)."""
  del keys
  return _score(vacuity_map, prediction, reduce)


def dissonance(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Conflict of evidence, in [0, 1] (Josang 2018; see `dissonance_map`)."""
  del keys
  return _score(dissonance_map, prediction, reduce)


def total(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the mean class probabilities, nats (Malinin & Gales 2018)."""
  del keys
  return _score(total_map, prediction, reduce)


def aleatoric(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Expected entropy of the class, nats (Malinin & Gales 2018; Xie 2022)."""
  del keys
  return _score(aleatoric_map, prediction, reduce)


def epistemic(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Mutual information of class and probabilities, nats (Malinin 2018)."""
  del keys
  return _score(epistemic_map, prediction, reduce)


def differential_entropy(
  keys: jax.Array, prediction: Prediction, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the Dirichlet density, nats, any sign (Malinin 2018).

  With reduce="sum" that of what is above `surest_entropy`.
  """
  del keys
  surest = surest_entropy(prediction.evidence.shape[-1])
  return _score(differential_entropy_map, prediction, reduce, surest)


def beta_entropy(
  keys: jax.Array,
  prediction: Prediction,
  *,
  over: str = "sum",
  reduce: Reduce = "mean",
) -> jax.Array:
  """Expected entropy of each label being on or off (Balaram 2022), nats.

  For several labels at once: `evidence` [B, *sp, L, 2] holds the parameters
  (for, against) of a Beta distribution per label. Of a Dirichlet [B, *sp, C]
  the marginals of its classes are taken.

  Args:
    keys: unused.
    prediction: with evidence.
    over: "sum", "mean" or "max" over the labels; the sum favours items with
      many uncertain labels.
    reduce: over space; a voxel counts as foreground where a label is likelier
      on than off, or by the likeliest class of a Dirichlet.

  Raises:
    ValueError: on another `over`.
  """
  del keys
  if over not in ("sum", "mean", "max"):
    raise ValueError(f"over is sum, mean or max, not {over!r}")
  mask, evidence = prediction.mask, prediction.evidence
  if evidence.ndim == mask.ndim + 1:
    pairs, classes = beta_pairs(evidence), evidence
  else:
    pairs = evidence
    on = _shares(pairs)[..., 0].max(-1)
    classes = jnp.stack([jnp.full_like(on, 0.5), on], -1)
  values = getattr(jnp, over)(aleatoric_map(pairs), -1)
  return reduce_spatial(values, mask, reduce, classes)
