"""What others leave to the choice that follows: items, slots, a budget."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, finite_rows, takes_count


def as_labelled(candidates: Candidates, items: jax.Array) -> Candidates:
  """The candidates once the items [k] have been labelled; N is no item."""
  return candidates._replace(
    available=candidates.available.at[items].set(False, mode="drop"),
    labelled=candidates.labelled.at[items].set(True, mode="drop"),
  )


def with_rest(
  candidates: Candidates, taken: jax.Array, description
) -> Candidates:
  """The candidates with the budget less what was taken of it.

  It becomes 0 where it pays for nothing else: what would rather be above a
  budget than choose nothing is not to begin with what is left of one.

  Args:
    candidates: of the N items; without costs they are as they were.
    taken: [N] bool, since the budget was whole; none: it stays.
    description: of the N items, for the next choice.
  """
  costs, budget = candidates.costs, candidates.budget
  if costs is None or budget is None:
    return candidates
  left = budget - jnp.where(taken, costs, 0.0).sum()
  fits = candidates.available & (costs <= left)
  if jax.tree.leaves(description):
    fits &= finite_rows(description)
  left = jnp.where(fits.any(), left, 0.0)
  return candidates._replace(budget=jnp.where(taken.any(), left, budget))


def some_more(
  choose: Callable, k: int, usual: int, lacking: jax.Array, empty: int
) -> jax.Array:
  """[k] picks: the `usual` ones, and instead of these so many more.

  Args:
    choose: k -> items [k], and perhaps with `count`, see `Acquisition.select`.
    k: slots, at least usual + lacking.
    usual: picks where nothing is lacking: those of so many slots.
    lacking: [] int32, how many more are wanted.
    empty: N, what an empty slot holds.
  """
  if takes_count(choose):
    return choose(k, count=usual + lacking)

  def all_of_them():
    slots = jnp.arange(k, dtype=jnp.int32)
    return jnp.where(slots < usual + lacking, choose(k), empty)

  def as_usual():
    return jnp.pad(choose(usual), (0, k - usual), constant_values=empty)

  return jax.lax.cond(lacking > 0, all_of_them, as_usual)
