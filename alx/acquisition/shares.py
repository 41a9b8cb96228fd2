"""Shares of whole numbers, exactly: their products have more than 32 bits."""

import fractions
import itertools

import jax
import jax.numpy as jnp
import numpy as np

_BITS = 31
_MOST = 2**_BITS - 1


def share_of(
  count: jax.Array, part: jax.Array | int, whole: jax.Array | int
) -> tuple[jax.Array, jax.Array]:
  """(floor(count part / whole), what is left of the division), both int32.

  Bit by bit of the count, so that no number is 2^32 or more.

  Args:
    count: [...] int32 >= 0.
    part: in [0, whole], a number or [...].
    whole: in [1, 2^31), a number or [...].
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

  shape = jnp.broadcast_shapes(bits.shape, part.shape, whole.shape)
  nothing = jnp.zeros(shape, jnp.uint32)
  found = jax.lax.fori_loop(0, _BITS, take_bit, (nothing, nothing))
  return found[0].astype(jnp.int32), found[1].astype(jnp.int32)


def spaced(
  turns: jax.Array,
  number: jax.Array,
  asked: jax.Array,
  start: jax.Array | int = 0,
) -> jax.Array:
  """Every n-th place of a number, n = number / asked, from a start on.

  floor((turn number + start) / asked), int32.

  Args:
    turns: [...] int32, in [0, asked).
    number: [] int32.
    asked: [] int32, in [1, number], or 1.
    start: [] int32, in [0, number).
  """
  whole, rest = number // asked, number % asked
  place, left = share_of(turns, rest, asked)
  return turns * whole + place + (left + start) // asked


def halving_order(number: int) -> np.ndarray:
  """[number] int, every place once, any first ones of them spread over all.

  By the bits of a place read backwards (van der Corput 1935): of eight places
  0, 4, 2, 6, 1, 5, 3, 7.
  """
  width = max(number - 1, 0).bit_length()
  backwards = sorted(range(number), key=lambda n: f"{n:0{width}b}"[::-1])
  return np.array(backwards, np.int32)


def ratio_of(share: float) -> tuple[int, int]:
  """(a, b), b < 2^31, with floor(a n / b) = floor(share n) for n < 2^31.

  A float means the simplest ratio that it is the nearest float to: 0.29 is
  29 / 100, a little more than its bits say.

  Args:
    share: in [0, 1], any number; a float of 16 or 32 bits is one of those.
  """
  exact = fractions.Fraction(float(share))
  sizes = (10**digits for digits in itertools.count())
  ratios = (exact.limit_denominator(size) for size in sizes)
  short = isinstance(share, np.generic) and share.itemsize < 8
  kind = type(share) if short else float
  meant = next(r for r in ratios if kind(float(r)) == kind(share))
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
