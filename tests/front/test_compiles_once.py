"""One program for pools of about one size: the same picks, nothing compiled."""

import functools

import jax
import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME
from alx.acquisition.base import takes_count
from alx.front import programs
from alx.front.query import _compiled
from tests.compiles import COMPILED
from tests.front.test_query import C, D, S, softmax
from tests.functional import cases


def pool_of(name, num_items):
  """What a method needs of a pool, some of it labelled."""
  rng = np.random.default_rng(num_items)
  needs = BY_NAME[name].needs
  space = (3, 2) if "space" in needs else ()
  shape = (S, num_items, *space, C)
  given = {"labelled": np.arange(num_items) % 6 == 1}
  given["labels"] = np.arange(num_items) // 6 % C
  if "samples" in needs:
    given["samples"] = softmax(2 * rng.standard_normal(shape))
  elif "probs" in needs:
    given["logits"] = 2 * rng.standard_normal(shape[1:])
  if "features" in needs:
    given["features"] = rng.standard_normal((num_items, D))
  if "evidence" in needs:
    given["evidence"] = rng.gamma(2.0, size=(num_items, C)) + 0.1
  if "beta" in needs:
    given["evidence"] = rng.gamma(2.0, size=(num_items, C, 2)) + 0.1
  return given


def exactly(monkeypatch, name, **given):
  """The picks of a program for that N and k alone."""
  with monkeypatch.context() as patch:
    patch.setattr(programs, "room_of", lambda num_items: num_items)
    patch.setattr(programs, "takes_count", lambda select: False)
    return alx.query(name, **given).tolist()


# The number of items in a batch is in the shape of what this one compares.
ALONE = ["stochastic_batches"]


def test_all_methods_but_one_are_told_how_many_items():
  told = [name for name, row in BY_NAME.items() if takes_count(row.select)]
  assert set(BY_NAME) - set(told) == set(ALONE)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_another_k_and_n_compile_nothing_and_change_nothing(name, monkeypatch):
  given = other_pool(name)
  alx.query(name, **pool_of(name, 20), k=given["k"] if name in ALONE else 5)
  before = len(COMPILED)
  found = alx.query(name, **given).tolist()
  assert len(COMPILED) == before
  if name in cases.OPTIONS or name in cases.WITHOUT:
    assert found == exactly(monkeypatch, name, **given)
  else:
    assert found == cases.first_picks(name)


def other_pool(name):
  """A pool with k and key; without options, one that has its own program."""
  if name in cases.OPTIONS or name in cases.WITHOUT:
    return pool_of(name, 27) | {"k": 7, "key": 3}
  pool = {word: x[0] for word, x in cases.pools().items()}
  given = cases.as_query(name, pool, pool["labelled"])
  return given | {"k": cases.K, "key": cases.SEEDS[0, 0]}


@pytest.mark.parametrize(
  ("name", "options"),
  [
    ("badge", {"trials": 0, "first": "uniform"}),
    ("badge", {"trials": 3}),
    ("bait", {"oversample": 1}),
    ("cluster_margin", {"factor": 1.1, "within": "score"}),
    ("fisher", {"draw": True, "keep": 4}),
    ("max_cover", {"ground": 9}),
    ("mutual_information", {"kind": "logdetmi"}),
    ("non_similar", {"aggregate": "mean"}),
    ("prob_cover", {"delta": 0.8}),
    ("typiclust", {"max_clusters": 4}),
  ],
)
def test_options_change_nothing_in_it(name, options, monkeypatch):
  given = pool_of(name, 27) | options | {"k": 7, "key": 3}
  found = alx.query(name, **given).tolist()
  assert found == exactly(monkeypatch, name, **given)


def test_no_item_is_asked_for_and_all_are():
  given = pool_of("k_center", 20)
  assert alx.query("k_center", k=0, **given).shape == (0,)
  left = np.flatnonzero(~given["labelled"])
  assert sorted(alx.query("k_center", k=len(left), **given)) == left.tolist()


def test_a_seed_is_the_key_of_that_seed():
  for seed in (0, 7, 2**31, 2**32 - 1):
    key = jax.random.key(seed)
    found = alx.query("random", k=20, n=20, key=seed).tolist()
    assert alx.query("random", k=20, n=20, key=key).tolist() == found
    raw = jax.random.PRNGKey(seed)
    assert alx.query("random", k=20, n=20, key=raw).tolist() == found


def test_a_large_pool_is_compiled_with_care_and_not_padded(monkeypatch):
  given = pool_of("badge", 27) | {"k": 7, "key": 3}
  found = alx.query("badge", **given).tolist()
  monkeypatch.setattr(programs, "_WORK", 0)
  assert alx.query("badge", **given).tolist() == found
  before = len(COMPILED)
  alx.query("badge", **given | {"k": 8})
  assert len(COMPILED) == before


def test_a_compiler_that_cannot_hurry_takes_its_time(monkeypatch):
  given = pool_of("margin", 27) | {"k": 7}
  found = alx.query("margin", **given).tolist()
  monkeypatch.setattr(programs, "_HURRY", {"xla_no_such_option": True})
  programs._knows.cache_clear()
  afresh = functools.cache(_compiled.__wrapped__)
  monkeypatch.setattr("alx.front.query._compiled", afresh)
  assert programs._known({}) is None
  assert alx.query("margin", **given).tolist() == found
  monkeypatch.undo()
  programs._knows.cache_clear()


@pytest.mark.parametrize(
  ("number", "room"),
  [(1, 64), (64, 64), (65, 128), (1000, 1024), (1025, 1152), (8192, 8192)],
)
def test_rooms_are_an_eighth_larger_at_most(number, room):
  assert programs.room_of(number) == room


def test_slots_are_powers_of_two():
  found = [programs.slots_of(k) for k in (1, 32, 33, 64, 500)]
  assert found == [32, 32, 64, 64, 512]
