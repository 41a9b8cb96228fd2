import jax
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.acquisition.grammar import parse
from alx.loop import draw_start, loops_of, make_loop, pad_items, take_turns
from alx.loop.pool_loop import PoolLoop, PoolLoopState, make_pool_loop
from alx.training.settings import Asking
from tests import problems

START = QUERY = 3


def asked(loop, rounds=3):
  """The items of each question."""
  images, labels = problems.blobs()
  key, found = jax.random.key(0), []
  state = loop.init(key, images, jax.eval_shape(lambda: labels[0]))
  items = draw_start(key, 24, START)
  for _ in range(rounds):
    state = loop.tell(state, items, labels[items])
    items, state = loop.ask(state)
    found.append(items.tolist())
  return found


def test_the_round_says_whose_turn_it_is():
  learner = problems.mlp_learner(5)
  loops = [
    problems.loop_of(learner, name, QUERY) for name in ("entropy", "k_center")
  ]
  stage_of = parse("entropy*1 + k_center*1").stage_of
  both = asked(take_turns(tuple(loops), stage_of))
  first, second = map(asked, loops)
  assert both[0] == first[0] != second[0]
  assert both[1] != first[1]


def test_what_is_asked_with_goes_to_the_loop():
  def ask(state, scan, labelled=None):
    return scan, labelled

  loop = PoolLoop(None, None, ask, None)
  state = PoolLoopState(None, 1, *[None] * 4)
  both = take_turns((loop, loop), lambda question: question % 2)
  assert both.ask(state, "scan", "told") == ("scan", "told")
  assert both.ask(state, scan="scan", labelled="told") == ("scan", "told")


def test_one_alone_is_itself():
  loop = problems.loop_of(problems.mlp_learner(5), "entropy", QUERY)
  assert take_turns((loop,), None) is loop
  assert loops_of(loop) == (loop,)
  assert loops_of(take_turns((loop, loop), None)) == (loop, loop)


def test_no_more_of_a_group_than_settings_say():
  groups = tuple(range(0, 12)) * 2  # item i and item i + 12
  asking = Asking(12, block=4, samples=2, max_per_group=1)
  learner = problems.mlp_learner(5)
  for name in ("random", "entropy"):
    loop = make_loop(learner, BY_NAME[name], asking, groups)
    first, second = (np.array(x) % 12 for x in asked_of_12(loop))
    assert sorted(first) == list(range(12))  # one of each
    assert len(set(second)) == 9  # all others that are left


def asked_of_12(loop):
  """Two questions of 12 items, among 24; 3 have their labels before."""
  images, labels = problems.blobs()
  state = loop.init(
    jax.random.key(0), images, jax.eval_shape(lambda: labels[0])
  )
  items = pad_items(jax.numpy.array([0, 1, 2]), 12, 24)
  for _ in range(2):
    state = loop.tell(state, items, labels[items])
    items, state = loop.ask(state)
    yield [i for i in items.tolist() if i < 24]


def test_a_cap_wants_groups():
  asking = Asking(3, max_per_group=1)
  learner = problems.mlp_learner(5)
  for make in (make_loop, make_pool_loop):
    with pytest.raises(ValueError, match="max_per_group=1 wants the groups"):
      make(learner, BY_NAME["entropy"], asking)


def test_the_start_takes_one_of_each_group_first():
  groups = [0, 0, 0, 0, 0, 0, 1, 1, 2, 3]
  key = jax.random.key(3)
  order = draw_start(key, 10, 10).tolist()
  found = draw_start(key, 10, 10, groups, 1).tolist()
  assert sorted(found) == list(range(10))
  assert sorted(groups[i] for i in found[:4]) == [0, 1, 2, 3]
  assert sorted(groups[i] for i in found[4:6]) == [0, 1]
  # What is taken of a group is what would be taken of it anyway.
  for group in (0, 1):
    mine = [i for i in order if groups[i] == group]
    assert [i for i in found if groups[i] == group] == mine
  two = draw_start(key, 10, 6, groups, 2).tolist()
  assert sorted(groups[i] for i in two) == [0, 0, 1, 1, 2, 3]
  assert draw_start(key, 10, 4, groups, 0).tolist() == order[:4]
