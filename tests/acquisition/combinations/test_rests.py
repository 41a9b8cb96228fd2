import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import Candidates
from alx.acquisition.combinations import rests

EMPTY = 9


def candidates(costs=None, budget=None):
  there = jnp.ones(4, bool)
  costs = None if costs is None else jnp.array(costs)
  return Candidates(there, ~there, costs=costs, budget=budget)


def test_what_has_been_picked_is_labelled():
  found = rests.as_labelled(candidates(), jnp.array([2, 4, 4]))
  assert found.available.tolist() == [True, True, False, True]
  assert found.labelled.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
  ("taken", "scores", "wanted"),
  [
    ([], None, 7.0),  # as it was, though nothing may fit
    ([0], None, 5.0),
    ([0], [1, 1, 1, 1], 5.0),
    ([0, 1], None, 2.5),
    ([0, 1, 3], None, 0.0),  # 1.5 are left, nothing costs as little
    ([0, 1], [1, 1, 1, np.nan], 0.0),  # nor does anything that can be picked
    ([1, 2], None, 0.0),
  ],
)
def test_the_rest_of_a_budget(taken, scores, wanted):
  given = candidates([2.0, 2.5, 6.0, 1.0], jnp.float32(7))
  taken = jnp.isin(jnp.arange(4), jnp.array(taken, int))
  seen = given._replace(available=~taken, labelled=taken)
  scores = None if scores is None else jnp.array(scores)
  assert rests.with_rest(seen, taken, (scores, None)).budget == wanted


def test_without_costs_there_is_no_budget():
  given = candidates()
  assert rests.with_rest(given, given.available, None) is given


@pytest.mark.parametrize("counts", [True, False])
def test_more_are_taken_where_some_are_lacking(counts):
  def cut(k, count):
    items = 10 * k + jnp.arange(k, dtype=jnp.int32)
    return jnp.where(jnp.arange(k) < count, items, EMPTY)

  choose = cut if counts else lambda k: cut(k, k)
  more = jax.jit(lambda lacking: rests.some_more(choose, 4, 2, lacking, EMPTY))
  alone = [40, 41] if counts else [20, 21]
  assert more(jnp.int32(0)).tolist() == [*alone, EMPTY, EMPTY]
  assert more(jnp.int32(1)).tolist() == [40, 41, 42, EMPTY]
  assert more(jnp.int32(2)).tolist() == [40, 41, 42, 43]
