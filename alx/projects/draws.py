"""Names drawn by a seed: the same ones in whatever order they come."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from alx.keys import check_seed


def in_order(seed: int, use: str, names: Sequence[str]) -> list[str]:
  """The names as if shuffled; that of a name depends on no other one.

  Args:
    seed: in [0, 2^32).
    use: what the order is for: another use, another order.
    names: distinct.

  Raises:
    ValueError: for no seed, or a name that is there twice.
  """
  check_seed("seed", seed)
  twice = [name for name, count in Counter(names).items() if count > 1]
  if twice:
    raise ValueError(f"{use}: wanted distinct names, found {twice[0]!r} twice")
  return sorted(names, key=lambda name: (_place(seed, use, name), name))


def _place(seed, use, name):
  """A text of 64 digits that looks drawn."""
  text = "\0".join([str(int(seed)), use, str(name)])
  return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def uniform(seed: int, use: str, name: str) -> float:
  """A number in [0, 1) of a name, whatever others there are.

  Args:
    seed: in [0, 2^32).
    use: what the number is for.
    name: of what it is.
  """
  check_seed("seed", seed)
  return int(_place(seed, use, name)[:13], 16) / 16**13


def draw(
  seed: int, use: str, strata: Mapping[str, str], count: int
) -> tuple[str, ...]:
  """So many of the names, of each stratum its share.

  Shares are rounded by the largest remainder (Hamilton): a stratum is at most
  one name away from count times its share.

  Args:
    seed: in [0, 2^32).
    use: what they are drawn for.
    strata: the stratum of each name.
    count: 0 to the number of names.

  Returns:
    The names in the order in which they were drawn.

  Raises:
    ValueError: for no seed, or a count that is too large or negative.
  """
  if not 0 <= count <= len(strata):
    raise ValueError(f"{use}: wanted 0 to {len(strata)} names, found {count}")
  order = in_order(seed, use, list(strata))
  quota = _quotas([strata[name] for name in order], count)
  chosen = []
  for name in order:
    if quota[strata[name]]:
      quota[strata[name]] -= 1
      chosen.append(name)
  return tuple(chosen)


def _quotas(strata, count):
  """How many of each stratum; equal remainders go to what was drawn first."""
  sizes, total = Counter(strata), len(strata)
  quota = {s: count * size // total for s, size in sizes.items()}
  rest = sorted(sizes, key=lambda s: -(count * sizes[s] % total))
  for stratum in rest[: count - sum(quota.values())]:
    quota[stratum] += 1
  return quota


def part_of(share: float, total: int, name: str) -> int:
  """A number of names out of a share of them, or a number already.

  Args:
    share: in (0, 1) of the total, at least one; or a whole number >= 0.
    total: how many names there are.
    name: of the setting, for the line that refuses it.

  Raises:
    ValueError: for what is neither.
  """
  is_number = isinstance(share, int | float) and not isinstance(share, bool)
  if is_number and 0 < share < 1:
    return max(1, round(share * total))
  if is_number and share >= 0 and share == int(share):
    return int(share)
  raise ValueError(
    f"{name}: wanted a share in (0, 1) or a whole number, found {share!r}"
  )
