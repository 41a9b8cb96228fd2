"""The largest patch whose fit has room."""

import math
from collections.abc import Callable, Iterator

_TRIES = 4  # programs that are compiled for it


def smaller(patch: tuple[int, ...], multiple: int) -> Iterator[tuple[int, ...]]:
  """Patches of about the same proportions, the larger ones first.

  Args:
    patch: extents, voxels; not among them.
    multiple: that every extent is one of.
  """
  longest, last = max(patch), patch
  for side in range(longest // multiple - 1, 0, -1):
    share = side * multiple / longest
    found = tuple(
      max(1, math.floor(share * n / multiple + 0.5)) * multiple for n in patch
    )
    found = tuple(map(min, found, patch))
    if found != last:
      yield found
    last = found


def largest(
  patch: tuple[int, ...],
  multiple: int,
  need: float,
  free: float,
  measure: Callable | None = None,
) -> tuple[tuple[int, ...], float, bool] | None:
  """(patch, bytes, whether they were measured) that fit; None: no patch does.

  Bytes are taken to be in proportion to voxels, which is too few for smaller
  patches; what is measured says better, with a part that stays the same.

  Args:
    patch: that does not fit.
    multiple: that every extent is one of.
    need: bytes of it; infinity where nobody knows.
    free: bytes that there are.
    measure: patch -> its bytes; None: they are not measured.
  """
  known = [(_voxels(patch), need)] if math.isfinite(need) else []
  tried = 0
  for candidate in smaller(patch, multiple):
    guess = _guess(known, _voxels(candidate))
    if guess > free or (not known and 2 * _voxels(candidate) > _voxels(patch)):
      continue
    if measure is None or tried == _TRIES:
      return candidate, guess, False
    found, tried = measure(candidate), tried + 1
    if found <= free:
      return candidate, found, True
    if math.isfinite(found):
      known = [(_voxels(candidate), found), *known][:2]
    else:
      patch = candidate
  return None


def _guess(known, voxels) -> float:
  """Bytes of so many voxels, by the nearest one or two that are known."""
  if not known:
    return 0.0
  (first, least), *more = known
  if not more:
    return least * voxels / first
  second, most = more[0]
  return least - (most - least) * (first - voxels) / (second - first)


def _voxels(patch):
  return math.prod(patch)
