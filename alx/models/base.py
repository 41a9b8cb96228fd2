"""What a model is, and how a trunk gets its head."""

from collections.abc import Callable
from typing import Any, NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp


class Model(NamedTuple):
  """A pure model: parameters are its whole state.

  `apply(params, x, key) == head(params, trunk(params, x)[0], key)`: all
  randomness is in the head, so T passes of dropout run the trunk once.
  The head is affine in `hidden` for a given key, so the mean of logits over
  overlapping windows is the head of the mean of hidden.
  Any pure function will do as a model: `trunk` and `head` are optional.
  """

  init: Callable  # (key, x [B,*sp,channels]) -> params
  apply: Callable  # (params, x, key=None) -> (logits [B,*sp,C] or [B,C],
  #                    features [B,D]); key=None: dropout off
  trunk: Callable | None = None  # (params, x) -> (hidden [B,*sp,W] or
  #                                  [B,W], features [B,D]); no randomness
  head: Callable | None = None  # (params, hidden, key=None) -> logits


def with_head(trunk: nn.Module, num_classes: int, dropout: float) -> Model:
  """Puts dropout and one affine layer behind a trunk.

  Args:
    trunk: module, x [B,*sp,channels] -> (hidden [B,*sp,W] or [B,W],
      features [B,D]), without randomness.
    num_classes: number C of classes.
    dropout: rate in [0, 1) at which channels of `hidden` are dropped.

  Returns:
    Model with params {"trunk": ..., "head": ...}.

  Raises:
    ValueError: a rate outside [0, 1), or fewer than one class.
  """
  if not 0 <= dropout < 1:
    raise ValueError(f"dropout must be in [0, 1), got {dropout}")
  if num_classes < 1:
    raise ValueError(f"num_classes must be at least 1, got {num_classes}")
  dense = nn.Dense(num_classes)

  def init(key: jax.Array, x: jax.Array) -> Any:
    trunk_key, head_key = jax.random.split(key)
    # Parameters only: nothing of the forward pass runs.
    shapes = jax.eval_shape(trunk.init_with_output, trunk_key, x)
    (hidden, _), _ = shapes
    return {
      "trunk": trunk.lazy_init(trunk_key, x),
      "head": dense.lazy_init(head_key, hidden),
    }

  def run_trunk(params: Any, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return trunk.apply(params["trunk"], x)

  def head(
    params: Any, hidden: jax.Array, key: jax.Array | None = None
  ) -> jax.Array:
    if key is not None:
      hidden = drop_channels(key, hidden, dropout)
    return dense.apply(params["head"], hidden)

  def apply(
    params: Any, x: jax.Array, key: jax.Array | None = None
  ) -> tuple[jax.Array, jax.Array]:
    hidden, features = run_trunk(params, x)
    return head(params, hidden, key), features

  return Model(init, apply, run_trunk, head)


def drop_channels(key: jax.Array, x: jax.Array, rate: float) -> jax.Array:
  """Drops whole feature maps: one mask per item and channel.

  Tompson et al. 2015, "Efficient object localization", section 3.2. The mask
  does not depend on the extent of `*sp`, so windows of one volume share it.

  Args:
    key: random key.
    x: [B,*sp,W].
    rate: probability in [0, 1) of dropping a channel.

  Returns:
    [B,*sp,W], the kept channels divided by 1 - rate.
  """
  keep = jax.random.bernoulli(key, 1 - rate, (x.shape[0], x.shape[-1]))
  scale = keep.astype(x.dtype) / (1 - rate)
  return x * jnp.expand_dims(scale, tuple(range(1, x.ndim - 1)))
