"""What a model is, and how a trunk gets its head."""

import functools
import math
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
  levels: Callable | None = None  # (params, x, key=None) -> logits at 1, 1/2,
  #                                  1/4 ... of the extent, to be trained on


def with_head(
  trunk: nn.Module, num_classes: int, dropout: float, deep: bool = False
) -> Model:
  """Puts dropout and one affine layer behind a trunk.

  Args:
    trunk: module, x [B,*sp,channels] -> (hidden [B,*sp,W] or [B,W],
      features [B,D]), without randomness.
    num_classes: number C of classes.
    dropout: rate in [0, 1) at which channels of `hidden` are dropped.
    deep: the module has a method `levels`, x -> hidden of each level, finest
      first, and each level a head of its own, to be trained with.

  Returns:
    Model with params {"trunk": ..., "head": ...}, deep also {"heads": [...]}.

  Raises:
    ValueError: a rate outside [0, 1), or fewer than one class.
  """
  if not 0 <= dropout < 1:
    raise ValueError(f"dropout must be in [0, 1), got {dropout}")
  if num_classes < 1:
    raise ValueError(f"num_classes must be at least 1, got {num_classes}")
  dense = nn.Dense(num_classes)
  # Traced once for all calls of `init`, and never compiled.
  of_trunk, of_head = jax.jit(trunk.init_with_output), jax.jit(dense.init)

  def init(key: jax.Array, x: jax.Array) -> Any:
    (hidden, _), trunk_shapes = jax.eval_shape(of_trunk, key, x)
    head_shapes = jax.eval_shape(of_head, key, hidden)
    trunk_key, head_key = jax.random.split(key)
    params = {
      "trunk": draw_params(trunk_key, trunk_shapes, gain=2.0),
      "head": draw_params(head_key, head_shapes, gain=1.0),
    }
    if not deep:
      return params
    _, *coarser = jax.eval_shape(hidden_of_levels, params, x)
    shapes = [jax.eval_shape(of_head, key, hidden) for hidden in coarser]
    heads_key = jax.random.fold_in(head_key, 1)
    return params | {"heads": draw_params(heads_key, shapes, gain=1.0)}

  def hidden_of_levels(params: Any, x: jax.Array) -> list[jax.Array]:
    return trunk.apply(params["trunk"], x, method="levels")

  def run_trunk(params: Any, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return trunk.apply(params["trunk"], x)

  def head(
    params: Any, hidden: jax.Array, key: jax.Array | None = None
  ) -> jax.Array:
    if key is not None:
      hidden = drop_channels(key, hidden, dropout)
    return dense.apply(params["head"], hidden)

  def levels(
    params: Any, x: jax.Array, key: jax.Array | None = None
  ) -> list[jax.Array]:
    finest, *coarser = hidden_of_levels(params, x)
    pairs = zip(params["heads"], coarser, strict=True)
    return [head(params, finest, key), *(dense.apply(p, h) for p, h in pairs)]

  apply = behind_trunk(run_trunk, head)
  return Model(init, apply, run_trunk, head, levels if deep else None)


def behind_trunk(trunk: Callable, head: Callable) -> Callable:
  """The `apply` of a model with this trunk and this head."""

  def apply(
    params: Any, x: jax.Array, key: jax.Array | None = None
  ) -> tuple[jax.Array, jax.Array]:
    hidden, features = trunk(params, x)
    return head(params, hidden, key), features

  return apply


def draw_params(key: jax.Array, shapes: Any, gain: float) -> Any:
  """Draws all parameters of a net at once.

  He et al. 2015, equation 10: kernels are normal with variance gain / fan_in,
  every `scale` is one and every `bias` zero. One draw that is cut up compiles
  many times faster than a draw for each parameter.

  Args:
    key: random key.
    shapes: pytree of shapes, leaves named kernel, scale or bias.
    gain: 2 before a relu, 1 before nothing.

  Returns:
    The pytree with float32 arrays in it.
  """
  leaves, tree = jax.tree_util.tree_flatten_with_path(shapes)
  kinds = tuple((path[-1].key, leaf.shape) for path, leaf in leaves)
  size = sum(leaf.size for _, leaf in leaves)
  noise = jax.random.normal(key, (size,), dtype=jnp.float32)
  return tree.unflatten(_cut_up(noise, kinds, gain))


@functools.partial(jax.jit, static_argnums=(1, 2), inline=True)
def _cut_up(noise, kinds, gain):
  """The parameters of ((name, shape), ...)."""
  drawn, end = [], 0
  for name, shape in kinds:
    start, end = end, end + math.prod(shape)
    part = noise[start:end].reshape(shape)
    fan_in = math.prod(shape[:-1])
    values = {
      "kernel": part * math.sqrt(gain / fan_in),
      "scale": jnp.ones(shape, jnp.float32),
      "bias": jnp.zeros(shape, jnp.float32),
    }
    drawn.append(values[name])
  return drawn


def drop_channels(key: jax.Array, x: jax.Array, rate: float) -> jax.Array:
  """Drops whole feature maps: one mask per item and channel.

  Tompson et al. 2015, "Efficient object localization", section 3.2. The mask
  does not depend on the extent of `*sp`, so windows of one volume share it.

  Args:
    key: random key.
    x: [B,*sp,W].
    rate: probability in [0, 1) of dropping a channel, to the nearest 2^-16.

  Returns:
    [B,*sp,W], the kept channels divided by 1 - that probability.
  """
  # Half the random bits of a float: they are most of a small net's step.
  dropped = round(rate * 2**16)
  bits = jax.random.bits(key, (x.shape[0], x.shape[-1]), jnp.uint16)
  keep = bits >= jnp.uint16(dropped)
  scale = keep.astype(x.dtype) / (1 - dropped / 2**16)
  return x * jnp.expand_dims(scale, tuple(range(1, x.ndim - 1)))
