"""Items in one pass: grown to extents that a network takes, and cut back."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from alx.data.patches import near
from alx.training.learner import Learner


def grow(x: jax.Array, extent: Sequence[int]) -> jax.Array:
  """[B, *sp, W] to [B, *extent, W] by repeating what is at the far edges."""
  more = [n - m for n, m in zip(extent, x.shape[1:-1], strict=True)]
  return jnp.pad(x, [(0, 0), *((0, n) for n in more), (0, 0)], mode="edge")


def predict_whole(learner: Learner, extent: Sequence[int]) -> Callable:
  """The `predict` of a learner whose window is `extent`, for smaller items.

  Padding reaches the norms of the network: a few voxels, for items of one
  extent; it is no way to predict items of different ones.

  Args:
    learner: with patches of `extent`.
    extent: at least that of the arrays that items are in.
  """

  def predict(key, params, images, items, num_samples=0):
    own = images.values.shape[1:-1]
    grown = images._replace(values=grow(images.values, extent))
    found = learner.predict(key, params, grown, items, num_samples)
    mask, pixels, evidence = jax.tree.map(
      lambda x: near(x, own, 1), (found.mask, found.pixels, found.evidence)
    )
    probs = near(found.probs, own, 2)
    return found._replace(
      probs=probs, mask=mask, pixels=pixels, evidence=evidence
    )

  return predict
