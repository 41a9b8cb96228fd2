"""Shares of whole numbers, exactly: their products have more than 32 bits."""

import fractions
import itertools

import jax
import jax.numpy as jnp

_BITS = 31
_MOST = 2**_BITS - 1


def share_of(
  count: jax.Array, part: jax.Array | int, whole: jax.Array | int
) -> tuple[jax.Array, jax.Array]:
  """(floor(count part / whole), what is left of the division), both int32.

  Bit by bit of the count, so that no number is 2^32 or more.

  Args:
    count: [...] int32 >= 0.
    part: in [0, whole], a number or [].
    whole: in [1, 2^31), a number or [].
  """
  bits = count.astype(jnp.uint32)
  part, whole = jnp.asarray(part, jnp.uint32), jnp.asarray(whole, jnp.uint32)

  def more(quotient, rest):
    over = rest >= whole
    return quotient + over.astype(jnp.uint32), rest - jnp.where(over, whole, 0)

  def take_bit(turn, found):
    quotient, rest = more(2 * found[0], 2 * found[1])
    place = (_BITS - 1 - turn).astype(jnp.uint32)
    return more(quotient, rest + (bits >> place & 1) * part)

  nothing = jnp.zeros_like(bits)
  found = jax.lax.fori_loop(0, _BITS, take_bit, (nothing, nothing))
  return found[0].astype(jnp.int32), found[1].astype(jnp.int32)


def ratio_of(share: float) -> tuple[int, int]:
  """(a, b), b < 2^31, with floor(a n / b) = floor(share n) for n < 2^31.

  A float means the simplest ratio that it is the nearest float to: 0.29 is
  29 / 100, a little more than its bits say.

  Args:
    share: in [0, 1].
  """
  exact = fractions.Fraction(float(share))
  sizes = (10**digits for digits in itertools.count())
  ratios = (exact.limit_denominator(size) for size in sizes)
  meant = next(r for r in ratios if type(share)(float(r)) == share)
  near = meant.limit_denominator(_MOST)
  if near > meant:
    near = _next_below(near)
  return near.numerator, near.denominator


def _next_below(ratio):
  """The largest ratio below with a denominator below 2^31, of Farey's."""
  a, b = ratio.numerator, ratio.denominator
  whole = pow(a, -1, b) if b > 1 else 1
  whole += (_MOST - whole) // b * b
  return fractions.Fraction((a * whole - 1) // b, whole)
