import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.data.patches import stack_images, stack_labels
from alx.data.sources.source import ArraySource
from alx.loop import draw_start, make_loop, pad_items
from alx.loop.pool_loop import Labelled, make_pool_loop, make_room, put_rows
from alx.loop.pool_scan import describe_pool
from alx.training.augment import Augment
from alx.training.settings import Asking
from tests import streamed_cases
from tests.compiles import COMPILED

N, START, QUERY, ROUNDS = 11, 3, 2, 3
LEARNER = streamed_cases.threshold_learner()
LEARNER = LEARNER._replace(fit=jax.jit(LEARNER.fit))


@functools.cache
def pool():
  """(Images, label maps) of N volumes."""
  images, labels = streamed_cases.volumes(N)
  return stack_images(images, (6, 6, 4)), stack_labels(labels, (6, 6, 4))


def in_memory(name, settings):
  """(items of all rounds, final state) of the loop that holds the pool."""
  images, labels = pool()
  labels = jnp.asarray(labels)
  loop = make_loop(LEARNER, BY_NAME[name], settings)
  key, history = jax.random.key(4), []
  state = loop.init(key, images, jax.eval_shape(lambda: labels[0]))
  items = draw_start(key, N, START)
  for _ in range(ROUNDS + 1):
    history.append(items.tolist())
    asked = pad_items(items, START, N)
    state = loop.tell(state, asked, labels[asked])
    items, state = loop.ask(state)
  return history, state


def row(i):
  """One volume with its label map."""
  return jax.tree.map(lambda x: x[i : i + 1], Labelled(*pool()))


def streamed(name, settings, workdir=None):
  """The same of the loop that reads blocks."""
  loop = make_pool_loop(LEARNER, BY_NAME[name], settings)
  source = ArraySource(pool()[0])
  scan = functools.partial(
    describe_pool, source=source, block=settings.block, workdir=workdir
  )
  key, history = jax.random.key(4), []
  state = loop.init(key, N)
  labelled = make_room(START + ROUNDS * QUERY, row(0))
  items = draw_start(key, N, START)
  for _ in range(ROUNDS + 1):
    history.append(items.tolist())
    rows = map(row, items.tolist())
    labelled = put_rows(labelled, rows, int(state.pool.count))
    state = loop.tell(state, pad_items(items, START, N), labelled)
    items, state = loop.ask(state, scan, labelled)
  return history, state


@pytest.mark.parametrize(
  ("name", "changes"),
  [
    ("entropy", {"warm": True}),
    ("k_center", {"distort": Augment()}),
    ("k_center", {"distort": Augment(flips_by_labels=True)}),
  ],
)
def test_asks_what_the_loop_in_memory_asks(tmp_path, name, changes):
  settings = Asking(QUERY, block=4, **changes)
  wanted, state = in_memory(name, settings)
  found, again = streamed(name, settings, tmp_path)
  assert found == wanted
  assert len(np.unique(np.concatenate(found))) == START + ROUNDS * QUERY
  for field in again._fields:
    leaves = (jax.tree.leaves(getattr(x, field)) for x in (again, state))
    for a, b in zip(*leaves, strict=True):
      assert (a == b).all() or np.isnan(a).all(), field


def test_wants_the_labels_that_say_what_is_mirrored():
  settings = Asking(QUERY, distort=Augment(flips_by_labels=True))
  loop = make_pool_loop(LEARNER, BY_NAME["k_center"], settings)
  state = loop.init(jax.random.key(0), N)
  with pytest.raises(ValueError, match=r"ask\(state, scan, labelled\), found"):
    loop.ask(state, None)
  told = state.key, state.params, state.pool.labelled, None
  some = jax.tree.map(lambda x: x[:2], pool()[0])
  shape = jax.eval_shape(loop.describe, told, jnp.arange(2), some)
  assert shape.shape == (2, 2)


def test_compiles_in_the_first_round_only():
  loop = make_pool_loop(LEARNER, BY_NAME["entropy"], Asking(QUERY))
  source, counts, before = ArraySource(pool()[0]), [], len(COMPILED)
  scan = functools.partial(describe_pool, source=source, block=4)
  rows = [row(i) for i in range(N)]
  state, labelled = loop.init(jax.random.key(0), N), make_room(N, rows[0])
  items = jnp.arange(QUERY)
  for _ in range(3):
    begin = int(state.pool.count)
    labelled = put_rows(labelled, [rows[i] for i in items.tolist()], begin)
    state = loop.tell(state, items, labelled)
    items, state = loop.ask(state, scan)
    counts.append(len(COMPILED) - before)
  assert 0 < counts[0] == counts[1] == counts[2]


def test_rows_lie_in_the_slots_they_were_put_into():
  labelled = put_rows(make_room(3, row(0)), [row(7), row(3)], 1)
  wanted = jax.tree.map(lambda *x: np.concatenate(x), row(7), row(3))
  found = jax.tree.map(lambda x: np.asarray(x)[1:], labelled)
  chex.assert_trees_all_equal(found, wanted)
