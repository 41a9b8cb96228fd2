"""A fit to what a plan says: its items, their weights, and where it starts."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.patches import Images
from alx.pool import init_pool, mark_labelled
from alx.training.learner import Learner


def fit_planned(
  key: jax.Array,
  learner: Learner,
  images: Images,
  labels: jax.Array,
  weights: np.ndarray | None = None,
  start: Any = None,
) -> tuple[Any, jax.Array]:
  """(params, loss [steps]) of a fit to all N items.

  Args:
    key: random key.
    learner: a model with its training.
    images: N items, those of the plan.
    labels: [N, *sp] or [N].
    weights: [N] in (0, 1]; None: all alike.
    start: params that the fit goes on from; None: new ones.

  Raises:
    ValueError: for weights of another length or out of range.
  """
  count = labels.shape[0]
  if weights is not None:
    weights = np.asarray(weights, np.float32)
    in_range = ((weights > 0) & (weights <= 1)).all()
    if weights.shape != (count,) or not in_range:
      raise ValueError(
        f"weights: wanted {count} numbers in (0, 1], found {weights}"
      )
  key_init, key_fit = jax.random.split(key)
  params = learner.init(key_init) if start is None else start
  every = jnp.arange(count, dtype=jnp.int32)
  pool = mark_labelled(init_pool(count), every)
  more = () if weights is None else (jnp.asarray(weights),)
  return learner.fit(key_fit, params, images, labels, pool, *more)
