"""Networks whose activations have fewer bits than their parameters."""

from typing import Any

import jax
import jax.numpy as jnp

from alx.models.base import Model, behind_trunk


def in_bfloat16(model: Model) -> Model:
  """The same network with activations of 16 bits.

  Parameters stay float32 and are rounded where they are used, so that the steps
  of an optimiser are not lost; norms take their moments in float32 (see
  `alx.models.layers.group_norm`), and what leaves the network is float32:
  hidden maps, features, logits. Micikevicius et al. 2018, section 3; with the
  exponent of bfloat16 no loss has to be scaled.
  """

  def trunk(params: Any, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return _wide(model.trunk(_narrow(params), _narrow(x)))

  def whole(params, x, key=None):
    return _wide(model.apply(_narrow(params), _narrow(x), key))

  def levels(params, x, key=None):
    return _wide(model.levels(_narrow(params), _narrow(x), key))

  return model._replace(
    apply=behind_trunk(trunk, model.head) if model.trunk else whole,
    trunk=model.trunk and trunk,
    levels=model.levels and levels,
  )


def _narrow(tree):
  return _cast(tree, jnp.float32, jnp.bfloat16)


def _wide(tree):
  return _cast(tree, jnp.bfloat16, jnp.float32)


def _cast(tree, old, new):
  def of(x):
    return x.astype(new) if x.dtype == old else x

  return jax.tree.map(of, tree)
