"""Choices that float32 cannot tell apart, which processors round otherwise."""

import numpy as np


def assert_alike(items, wanted, value, rtol):
  """The same items in the same order, up to a tie.

  Args:
    items: chosen.
    wanted: by an oracle in float64.
    value: (items) -> what the choice is by, in float64.
    rtol: by how much the values of two may differ where they part.
  """
  assert len(items) == len(wanted) == len(set(items))
  for n, (mine, other) in enumerate(zip(items, wanted, strict=True), 1):
    if mine != other:
      found = value(items[:n]), value(wanted[:n])
      np.testing.assert_allclose(*found, rtol=rtol)
      return
