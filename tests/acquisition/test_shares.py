"""Shares of whole numbers beyond 32 bits, beside Python's own integers."""

from decimal import Decimal
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition.shares import halving_order, ratio_of, share_of

MOST = 2**31 - 1
COUNTS = [0, 1, 7, 999, 1000, 16_777_217, 1_999_999, MOST]
of_counts = jax.jit(share_of)


@pytest.mark.parametrize(
  ("part", "whole"),
  [(0, 1), (1, 1), (1, 3), (MOST - 1, MOST), (MOST, MOST), (99_991, 100_000)],
)
def test_quotient_and_rest_are_exact(part, whole):
  found = of_counts(jnp.array(COUNTS, jnp.int32), part, whole)
  wanted = [divmod(count * part, whole) for count in COUNTS]
  assert list(zip(*np.asarray(found).tolist(), strict=True)) == wanted


@pytest.mark.parametrize("count", [0, 1, 999, 1_000_000, MOST])
def test_parts_of_one_count(count):
  parts = [0, 1, 5, 699_999_999, MOST]
  found = of_counts(jnp.int32(count), jnp.array(parts, jnp.int32), MOST)
  wanted = [divmod(count * part, MOST) for part in parts]
  assert list(zip(*np.asarray(found).tolist(), strict=True)) == wanted


@pytest.mark.parametrize(
  ("share", "meant"),
  [
    (0.29, "29/100"),  # whose bits are a little less
    (1 / 3, "1/3"),
    (1.2e-5, "3/250000"),
    (2e-5, "1/50000"),
    (0.02 / 8, "1/400"),
    (np.float32(0.29), "29/100"),
    (0.123456789012345, "0.123456789012345"),  # of no small denominator
    (0.9999999999, "0.9999999999"),
    (1e-12, "1e-12"),
    (1, "1"),
    (Fraction(1, 3), "1/3"),
    (Decimal("0.29"), "29/100"),
    (np.longdouble(1) / 3, "1/3"),
    (np.float16(0.29), "29/100"),
  ],
)
def test_a_share_is_the_ratio_that_is_meant(share, meant):
  part, whole = ratio_of(share)
  assert whole <= MOST
  for count in (*COUNTS, *range(1, 400), whole, whole - 1, 5 * whole):
    if count <= MOST:
      assert count * part // whole == int(count * Fraction(meant)), count


def test_any_first_places_are_spread_over_all():
  assert halving_order(8).tolist() == [0, 4, 2, 6, 1, 5, 3, 7]
  assert halving_order(6).tolist() == [0, 4, 2, 1, 5, 3]
  assert [halving_order(n).tolist() for n in range(3)] == [[], [0], [0, 1]]
  for number in (37, 64, 100):
    order = halving_order(number)
    assert sorted(order.tolist()) == list(range(number))
    for first in range(2, number):
      gaps = np.diff([*np.sort(order[:first]), number])
      assert gaps.max() <= 4 * number / first
