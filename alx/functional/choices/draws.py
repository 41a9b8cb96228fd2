"""From scores to items: the highest, draws that prefer them, and plain draws.

`available` is [N] bool, the items that may be picked. All give items [k] int32,
distinct and available, best first; empty slots, once nothing is available or
has a finite score, hold N.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME, Acquisition
from alx.acquisition.scores import stochastic
from alx.acquisition.scores.select import top_k as highest
from alx.functional import checks
from alx.functional.arrays import candidates
from alx.functional.choosing import NO_KEY, choose


def top_k(scores: ArrayLike, available: ArrayLike, k: int) -> jax.Array:
  """The k highest scores; ties go to the lowest item.

  `top_k(bald(samples), available, k)` is `alx.query("bald", ...)`.

  Args:
    scores: [N] float; an item without a finite one is never picked.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0; beyond N there are empty slots.

  Returns:
    items [k] int32, the highest first; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  return _of_scores(highest, NO_KEY, scores, available, k)


def power_sampling(
  key: jax.Array | int,
  scores: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  beta: float = 1.0,
) -> jax.Array:
  """Draws items one after the other with probability score^beta.

  Where the score is not above 0 the probability is 0: such items come in random
  order once all others are taken (Kirsch et al. 2023, "power").

  Args:
    key: of the noise, one number for each item.
    scores: [N] float, at least 0.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    beta: >= 0; 0 is uniform among the positive, a large one `top_k` of them.
      It may be traced.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or beta.
  """
  return _of_scores(stochastic.power, key, scores, available, k, beta=beta)


def softmax_sampling(
  key: jax.Array | int,
  scores: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  beta: float = 1.0,
) -> jax.Array:
  """Draws items one after the other with probability exp(beta score).

  Gumbel top-k (Kirsch et al. 2023, "softmax").

  Args:
    key: of the noise, one number for each item.
    scores: [N] float.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    beta: >= 0, in 1 / (unit of the score); 0 is uniform, a large one `top_k`.
      It may be traced.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or beta.
  """
  return _of_scores(stochastic.softmax, key, scores, available, k, beta=beta)


def softrank_sampling(
  key: jax.Array | int,
  scores: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  beta: float = 1.0,
) -> jax.Array:
  """Draws items one after the other with probability rank^-beta.

  The highest score has rank 1; equal ones are ranked by id (Kirsch et al. 2023,
  "softrank").

  Args:
    key: of the noise, one number for each item.
    scores: [N] float, only their order matters.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    beta: >= 0; 0 is uniform, a large one `top_k`. It may be traced.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or beta.
  """
  return _of_scores(stochastic.softrank, key, scores, available, k, beta=beta)


def best_random_batch(
  key: jax.Array | int,
  scores: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  num_groups: int | None = None,
) -> jax.Array:
  """The random batch of k with the highest mean score.

  The available items are shuffled and cut into batches (Gaillochet et al. 2023,
  stochastic batches).

  Args:
    key: of the order, one number for each item.
    scores: [N] float; an item without a finite one counts as absent.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    num_groups: >= 1, look only at so many of the batches; None: at all.

  Returns:
    items [k] int32, the highest score first; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or num_groups.
  """
  select = stochastic.stochastic_batch
  return _of_scores(select, key, scores, available, k, num_groups=num_groups)


def random(key: jax.Array | int, available: ArrayLike, k: int) -> jax.Array:
  """k available items, every set of k equally likely.

  Args:
    key: of the draw, one number for each item.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.

  Returns:
    items [k] int32 in random order; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  free = candidates(checks.length("available", available), available)
  return choose(BY_NAME["random"], key, None, free, k)


def _of_scores(select, key, values, available, k, **options):
  """A choice of scores that are there already."""
  values = checks.floats("scores", values, "[N]", 1, most=1)
  free = candidates(values.shape[0], available)
  method = Acquisition(lambda _, scores: scores, select)
  return choose(method, key, values, free, k, **options)


def uniform(key: jax.Array | int, available: ArrayLike, k: int) -> jax.Array:
  """Every n-th of the available items, n = available / k, from a random start.

  Of slices in their order it is the strong control.

  Args:
    key: of the start.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.

  Returns:
    items [k] int32, ascending; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  num_items = checks.length("available", available)
  free = candidates(num_items, available)
  return choose(BY_NAME["uniform"], key, None, free, k)
