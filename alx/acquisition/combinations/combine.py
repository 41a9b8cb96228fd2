"""Acquisitions made of others: filter then select, share the batch, cap groups.

All are functions Acquisition -> Acquisition. Settings go in first, with
`configure`; the result has none of its own.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Acquisition, with_needs
from alx.acquisition.combinations.rests import (
  as_labelled,
  some_more,
  with_rest,
)
from alx.acquisition.scores.select import exclude_neighbours, grouped
from alx.acquisition.shares import ratio_of

REFERENCES = ("labelled", "kept")


def together(acquisitions: tuple[Acquisition, ...]) -> dict:
  """What describes several acquisitions at once: fields of an Acquisition.

  Returns:
    {"describe", "needs", "paper"}. The description is the tuple of theirs;
    each has a key of its own.
  """

  def describe(keys, prediction):
    parts = []
    for place, acquisition in enumerate(acquisitions):
      part = None
      if acquisition.describe is not None:
        own = jax.vmap(lambda key, place=place: jax.random.fold_in(key, place))
        part = acquisition.describe(own(keys), prediction)
      parts.append(part)
    return tuple(parts)

  needs = [need for a in acquisitions for need in a.needs]
  papers = [a.paper for a in acquisitions if a.paper]
  blind = all(a.describe is None for a in acquisitions)
  return {
    "describe": None if blind else describe,
    "needs": tuple(dict.fromkeys(needs)),
    "paper": "; ".join(dict.fromkeys(papers)),
  }


def two_stage(
  first: Acquisition,
  keep: int,
  second: Acquisition,
  *,
  reference: str = "labelled",
) -> Acquisition:
  """The second acquisition among the `keep` best of the first.

  Filter, then select (Yang et al. 2017; Kim et al. 2024 keep 2 k). What the
  first does not keep is not there for the second: it needs no cover.

  Args:
    first: its best `keep` are kept; never fewer than k.
    keep: >= 1; k gives the set of the first, N or more the second.
    second: chooses k of them.
    reference: what the second sees beside what is kept: "labelled", the
      labelled items; "kept", nothing.

  Raises:
    ValueError: for keep < 1 or an unknown reference.
  """
  if keep < 1:
    raise ValueError(f"keep: wanted at least 1, found {keep}")
  if reference not in REFERENCES:
    known = ", ".join(REFERENCES)
    raise ValueError(f"no reference {reference!r}; there are: {known}")

  def select(key, description, candidates, k):
    key_first, key_second = jax.random.split(key)
    of_first, of_second = description or (None, None)
    most = min(max(keep, k), candidates.available.shape[0])
    items = first.select(key_first, of_first, candidates, most)
    nothing = jnp.zeros_like(candidates.available)
    kept = nothing.at[items].set(True, mode="drop")
    alone = reference == "kept"
    seen = candidates._replace(
      available=candidates.available & kept,
      labelled=nothing if alone else candidates.labelled,
    )
    return second.select(key_second, of_second, seen, k)

  return Acquisition(select=select, **together((first, second)))


def dynamic_budget(
  first: Acquisition, second: Acquisition, share: float
) -> Acquisition:
  """A share of the batch by the first, the rest by the second.

  The second sees the picks of the first as labelled (Wu T.H. et al. 2022,
  D2ADA, dynamic scheduling of the budget), and has what they leave of a budget
  in costs.

  Args:
    first: picks share k items, rounded half up, or fewer if it finds no more.
    second: picks the rest.
    share: in [0, 1], see `decaying_share`.

  Raises:
    ValueError: for a share outside of [0, 1].
  """
  if not 0 <= share <= 1:
    raise ValueError(f"share: wanted a number in [0, 1], found {share}")
  part, whole = ratio_of(share)

  def select(key, description, candidates, k):
    key_first, key_second = jax.random.split(key)
    of_first, of_second = description or (None, None)
    num_first = (2 * part * k + whole) // (2 * whole)
    items = first.select(key_first, of_first, candidates, num_first)
    seen, number = as_labelled(candidates, items), candidates.available.shape[0]
    seen = with_rest(seen, seen.labelled & candidates.available, of_second)
    lacking = (items == number).sum(dtype=jnp.int32)
    choose = functools.partial(second.select, key_second, of_second, seen)
    more = some_more(choose, k, k - num_first, lacking, number)
    items = jnp.concatenate([items, more])
    return items[jnp.argsort(items == number, stable=True)[:k]]

  return Acquisition(select=select, **together((first, second)))


def decaying_share(step: int, *, start: float = 1.0, rate: float = 1.0):
  """Share of the first acquisition in round t = 0, 1, ...: start 2^(-rate t).

  In [0, 1]; the defaults give 1, 1/2, 1/4, ... (Wu T.H. et al. 2022).
  """
  return min(max(start * 2.0 ** (-rate * step), 0.0), 1.0)


def without_neighbours(
  acquisition: Acquisition, similarity: float = 0.85
) -> Acquisition:
  """The highest scores that are not like one another.

  Args:
    acquisition: describes a score; its `select` is not used.
    similarity: see `select.exclude_neighbours`.
  """

  def describe(keys, prediction):
    score = acquisition.describe(keys, prediction)
    return {"score": score, "features": prediction.features}

  def select(key, description, candidates, k):
    return exclude_neighbours(
      key, description, candidates, k, similarity=similarity
    )

  needs = with_needs(acquisition, "features")
  return Acquisition(describe, select, needs, acquisition.paper)


class _Batch(NamedTuple):
  step: jax.Array  # [] int32, calls of the acquisition so far
  picks: jax.Array  # [k] int32
  count: jax.Array  # [] int32
  taken: jax.Array  # [N] bool
  of_group: jax.Array  # [N] int32, picks of each group
  limit: jax.Array  # [] int32, of the picks of a group
  finished: jax.Array  # [] bool, nothing more can be picked


def capped_per_group(
  acquisition: Acquisition, cap: int = 1, groups: jax.Array | None = None
) -> Acquisition:
  """At most `cap` picks of each of `candidates.groups`: patient, volume, site.

  Asks the acquisition for k items and takes them in order as long as their
  group is below the cap. Then what was taken is labelled, what is left of full
  groups is not there, and the acquisition is asked again, until the batch is
  full. Where every group that has items left is full, the cap rises by `cap`.
  Labelled items do not count toward it. A choice by score is exactly the
  highest scores that the cap allows. Of a budget in costs each ask has what the
  picks so far leave.

  The acquisition is run once if the cap binds nowhere, at most once for each
  pick and mostly a few times; memory is its own and O(N).

  Args:
    acquisition: any.
    cap: >= 1.
    groups: [N] int32 >= 0, in the place of those of the candidates.

  Raises:
    ValueError: for cap < 1, and when `select` finds no groups.
  """
  if cap < 1:
    raise ValueError(f"cap: wanted at least 1, found {cap}")

  def select(key, description, candidates, k):
    of = candidates.groups if groups is None else groups
    if of is None:
      raise ValueError("a cap per group needs candidates with groups")
    num_items = candidates.available.shape[0]
    zeros = jnp.zeros(num_items, jnp.int32)
    ids = grouped(of, zeros, candidates).ids
    raised = min(cap, max(k, 1))

    def ask(batch):
      rest = candidates.available & ~batch.taken
      free = rest & (batch.of_group[ids] < batch.limit)
      limit = jnp.where(free.any(), batch.limit, batch.limit + raised)
      free = rest & (batch.of_group[ids] < limit)
      seen = candidates._replace(
        available=free, labelled=candidates.labelled | batch.taken
      )
      seen = with_rest(seen, batch.taken, description)
      own = jax.random.fold_in(key, batch.step)
      items = acquisition.select(own, description, seen, k)
      batch = batch._replace(step=batch.step + 1, limit=limit)
      return _take_below_limit(batch, items, ids, rest & ~free, raised)

    batch = _Batch(
      step=jnp.int32(0),
      picks=jnp.full(k, num_items, jnp.int32),
      count=jnp.int32(0),
      taken=jnp.zeros(num_items, bool),
      of_group=zeros,
      limit=jnp.int32(raised),
      finished=~candidates.available.any(),
    )
    return jax.lax.while_loop(
      lambda batch: (batch.count < k) & ~batch.finished, ask, batch
    ).picks

  needs = acquisition.needs
  if groups is None:
    needs = with_needs(acquisition, "groups")
  return acquisition._replace(select=select, needs=needs)


def _take_below_limit(batch, items, ids, hidden, raised):
  """Takes the items in order, of each group up to the limit."""
  k, num_items = items.shape[0], ids.shape[0]
  group = jnp.where(
    items < num_items, ids.at[items].get(mode="clip"), num_items
  )
  held = batch.of_group.at[group].get(mode="fill", fill_value=0)
  fits = (group < num_items) & (held + equal_before(group) < batch.limit)
  place = batch.count + jnp.cumsum(fits, dtype=jnp.int32) - 1
  fits &= place < k
  group = jnp.where(fits, group, num_items)
  none = ~fits.any()
  return batch._replace(
    picks=batch.picks.at[jnp.where(fits, place, k)].set(items, mode="drop"),
    count=batch.count + fits.sum(dtype=jnp.int32),
    taken=batch.taken.at[jnp.where(fits, items, num_items)].set(
      True, mode="drop"
    ),
    of_group=batch.of_group.at[group].add(1, mode="drop"),
    limit=jnp.where(none, batch.limit + raised, batch.limit),
    finished=none & ~hidden.any(),
  )


def equal_before(labels: jax.Array) -> jax.Array:
  """[k] int32, how many labels [k] before each are equal to it."""
  order = jnp.argsort(labels, stable=True)
  ordered = labels[order]
  places = jnp.arange(labels.shape[0], dtype=jnp.int32)
  first = (ordered != jnp.roll(ordered, 1)) | (places == 0)
  start = jax.lax.cummax(jnp.where(first, places, 0))
  return jnp.zeros_like(places).at[order].set(places - start)
