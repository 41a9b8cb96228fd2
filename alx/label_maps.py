"""Label maps that are partly labelled: one value is no class."""

from typing import Any

import jax
import jax.numpy as jnp

UNLABELLED = 255  # of voxels whose class nobody told


def is_labelled(labels: Any, num_classes: int = UNLABELLED) -> jax.Array:
  """Which voxels (or items) of integer labels of any shape have a class.

  Args:
    labels: integers, `UNLABELLED` where the class is not known.
    num_classes: C; beyond 255 the value is a class like others, and all are
      labelled.
  """
  if num_classes > UNLABELLED:
    return jnp.ones(jnp.shape(labels), bool)
  return jnp.asarray(labels) != UNLABELLED
