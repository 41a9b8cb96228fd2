"""Random choices that prefer high scores, so that a batch is diverse.

The noise is one number for each item: items that are not there, or more of
them at the end, change nothing.
"""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates
from alx.acquisition.scores.select import top_k

_SHARP = 1e36  # beside it, noise is nothing


def sharpness(beta: jax.Array | float) -> jax.Array:
  """beta >= 0, at most 1e36: times a logarithm it is a number of float32."""
  return jnp.minimum(beta, _SHARP)


def power(
  key: jax.Array,
  scores: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  beta: float = 1.0,
) -> jax.Array:
  """Draws items one after the other with probability score^beta.

  The k highest of beta log s + Gumbel noise (Kirsch et al. 2023, "power").
  Where s <= 0 the probability is 0: such items come in random order once all
  others are taken. A large beta is `top_k` of the positive scores.

  Args:
    key: of the noise, one number for each item.
    scores: [N] float32, at least 0.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    beta: >= 0; 0 is uniform among the positive.
  """
  noise = jax.random.gumbel(key, scores.shape, dtype=jnp.float32)
  logs = jnp.log(jnp.where(scores > 0, scores, 1.0))
  drawn = sharpness(beta) * logs + noise
  # From -3e38 to -2e38, and others are above: a logarithm is at least -104.
  nothing = -3e38 + 1e38 * jnp.exp(-jnp.exp(-noise))
  return _top_drawn(
    jnp.where(scores > 0, drawn, nothing), scores, candidates, k, count
  )


def softmax(
  key: jax.Array,
  scores: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  beta: float = 1.0,
) -> jax.Array:
  """Draws items one after the other with probability exp(beta score).

  The k highest of beta s + Gumbel noise (Kirsch et al. 2023, "softmax"). A
  large beta is `top_k`.

  Args:
    key: of the noise, one number for each item.
    scores: [N] float32.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    beta: >= 0, in 1 / (unit of the score); 0 is uniform.
  """
  drawn = sharpness(beta) * scores + jax.random.gumbel(
    key, scores.shape, dtype=jnp.float32
  )
  return _top_drawn(drawn, scores, candidates, k, count)


def softrank(
  key: jax.Array,
  scores: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  beta: float = 1.0,
) -> jax.Array:
  """Draws items one after the other with probability rank^-beta.

  The k highest of -beta log r + Gumbel noise (Kirsch et al. 2023,
  "softrank"), r = 1 for the highest score; equal scores are ranked by id. A
  large beta is `top_k`.

  Args:
    key: of the noise, one number for each item.
    scores: [N] float32, only their order matters.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    beta: >= 0; 0 is uniform.
  """
  num_items = scores.shape[0]
  order = top_k(key, scores, candidates, num_items)
  rank = jnp.full(num_items, num_items, jnp.float32)
  places = jnp.arange(1, num_items + 1, dtype=jnp.float32)
  rank = rank.at[order].set(places, mode="drop")
  drawn = -sharpness(beta) * jnp.log(rank) + jax.random.gumbel(
    key, scores.shape, dtype=jnp.float32
  )
  return _top_drawn(drawn, scores, candidates, k, count)


def _top_drawn(drawn, scores, candidates, k, count):
  """`top_k` of what was drawn, of items with a finite score only."""
  limit = jnp.finfo(drawn.dtype).max
  drawn = jnp.clip(drawn, -limit, limit)
  drawn = jnp.where(jnp.isfinite(scores), drawn, jnp.nan)
  return top_k(None, drawn, candidates, k, count)


def stochastic_batch(
  key: jax.Array,
  scores: jax.Array,
  candidates: Candidates,
  k: int,
  *,
  num_groups: int | None = None,
) -> jax.Array:
  """The best of many random batches of k (Gaillochet et al. 2023).

  The available items are shuffled and cut into floor(U / k) batches; the one
  with the highest mean score is taken, its items by descending score. The
  U mod k items that are left over cannot be picked, unless fewer than k are
  available: then all are. k = 1 is `top_k`. Time O(N log N), memory O(N).

  Args:
    key: of the order, one number for each item.
    scores: [N] float32. An item without a finite score counts as absent.
    candidates: of the N items.
    k: how many items.
    num_groups: >= 1, look only at so many of the batches; None: at all. 1 is
      `uniform`.
  """
  num_items = scores.shape[0]
  size = min(k, num_items)
  if size == 0:
    return jnp.full(k, num_items, jnp.int32)
  free = candidates.available & jnp.isfinite(scores)
  noise = jax.random.uniform(key, (num_items,), dtype=jnp.float32)
  order = jnp.lexsort((noise, ~free))
  order = jnp.pad(order, (0, -num_items % size), constant_values=num_items)
  batches = order.reshape(-1, size)
  held = jnp.where(free, scores, 0.0).at[batches].get(mode="fill", fill_value=0)
  full = jnp.maximum(free.sum() // size, 1)
  if num_groups is not None:
    full = jnp.minimum(full, num_groups)
  # Not of the sum: it may be beyond float32.
  means = (held / size).sum(1)
  real = jnp.arange(means.shape[0], dtype=jnp.int32) < full
  best = batches[jnp.argmax(jnp.where(real, means, -jnp.inf))]
  chosen = jnp.zeros(num_items, bool).at[best].set(True, mode="drop")
  return top_k(key, scores, candidates._replace(available=free & chosen), k)
