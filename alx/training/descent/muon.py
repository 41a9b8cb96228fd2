"""Muon: steps of momentum whose matrices are made orthogonal."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

_COEFFICIENTS = 3.4445, -4.775, 2.0315
_ADAM_SHARE = 0.2
_SQUARED = 5  # steps that rounded squares of small singular values allow


class MuonState(NamedTuple):
  """The averages of the gradients."""

  count: jax.Array  # [] int32, steps taken
  momentum: Any  # pytree of the parameters


def muon_with_adam(share: float = _ADAM_SHARE) -> optax.GradientTransformation:
  """Muon for the kernels of a trunk, Adam for heads, scales and biases.

  Args:
    share: of the learning rate that Adam's parameters take.
  """
  adam = optax.chain(optax.scale_by_adam(), optax.scale(share))
  return optax.multi_transform(
    {"muon": scale_by_muon(), "adam": adam},
    lambda params: jax.tree_util.tree_map_with_path(_rule_of, params),
  )


def _rule_of(path, leaf):
  of_head = bool(path) and getattr(path[0], "key", None) in ("head", "heads")
  return "muon" if leaf.ndim >= 2 and not of_head else "adam"


def scale_by_muon(
  beta: float = 0.95, steps: int = 5, epsilon: float = 1e-8
) -> optax.GradientTransformation:
  """Nesterov momentum, orthogonalised: every direction has a like step.

  Jordan 2024, "Muon"; the coefficients of its quintic. A kernel [..., I, O] is
  the matrix [prod(...) I, O]; its step is scaled by sqrt(max(1, O / rows)).
  optax has it since 0.2.5, for matrices alone; this one is that of 0.2.8,
  with kernels, on every version; how exactly, `orthogonal` says.

  Args:
    beta: decay of the average of the gradients, corrected for its start.
    steps: of the Newton-Schulz iteration.
    epsilon: added to the norm.
  """

  def init(params):
    zeros = jax.tree.map(jnp.zeros_like, params)
    return MuonState(jnp.zeros([], jnp.int32), zeros)

  def update(grads, state, params=None):
    del params
    count = state.count + 1
    momentum = jax.tree.map(
      lambda m, g: beta * m + (1 - beta) * g, state.momentum, grads
    )
    ahead = 1 - jnp.float32(beta) ** (count + 1)
    now = 1 - jnp.float32(beta) ** count
    updates = jax.tree.map(
      lambda m, g: orthogonal(
        beta * m / ahead + (1 - beta) * g / now, steps, epsilon
      ),
      momentum,
      grads,
    )
    return updates, MuonState(count, momentum)

  return optax.GradientTransformation(init, update)


def orthogonal(x: jax.Array, steps: int = 5, epsilon: float = 1e-8):
  """A kernel [..., I, O] with singular values near 1, scaled by its shape.

  All steps of Newton-Schulz multiply from one side, by polynomials of the Gram
  matrix. Where that is the smaller one, up to five of them are multiplied out
  first: two to four times as fast on a core of a CPU, to 1e-3 of the norm where
  singular values of a thousandth and less are among them, which are taken as
  squares, and to 1e-5 elsewhere. For more steps squares are not exact enough.
  """
  matrix = x.reshape(-1, x.shape[-1])
  rows, columns = matrix.shape
  wide = matrix if rows <= columns else matrix.T
  wide = wide / (jnp.linalg.norm(wide) + epsilon)
  is_long = 2 * min(rows, columns) <= max(rows, columns)
  iterate = _by_gram if is_long and steps <= _SQUARED else _direct
  wide = iterate(wide, steps)
  out = wide if rows <= columns else wide.T
  return (out * max(1.0, columns / rows) ** 0.5).reshape(x.shape)


def _direct(wide, steps):
  a, b, c = _COEFFICIENTS
  for _ in range(steps):
    gram = wide @ wide.T
    wide = a * wide + (b * gram + c * gram @ gram) @ wide
  return wide


def _by_gram(wide, steps):
  """The same in float32; products of few bits would not do for squares."""
  a, b, c = _COEFFICIENTS
  given, wide = wide.dtype, wide.astype(jnp.float32)
  gram = _product(wide, wide.T)
  one = jnp.eye(len(gram), dtype=gram.dtype)
  total = one
  for step in range(steps):
    factor = a * one + b * gram + c * _product(gram, gram)
    total = _product(factor, total) if step else factor
    if step + 1 < steps:
      gram = _product(factor, _product(gram, factor))
  return _product(total, wide).astype(given)


_product = functools.partial(jnp.matmul, precision=jax.lax.Precision.HIGHEST)
