import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.pool import (
  first_slots,
  init_pool,
  mark_labelled,
  pool_of,
  sample_labelled,
)


def invariant(pool):
  order = np.asarray(pool.order)[: int(pool.count)]
  return sorted(order) == list(np.flatnonzero(pool.labelled))


def test_marks_in_order(through):
  pool = through(mark_labelled)(init_pool(6, 4), jnp.array([4, 1]))
  assert pool.order.tolist() == [4, 1, 6, 6]
  assert pool.labelled.tolist() == [False, True, False, False, True, False]
  assert int(pool.count) == 2


def test_padding_repeats_and_overflow_change_nothing(through):
  pool = mark_labelled(init_pool(6, 4), jnp.array([4, 1]))
  pool = through(mark_labelled)(pool, jnp.array([6, 1, 3, 3, 0, 2]))
  assert pool.order.tolist() == [4, 1, 3, 0]  # 2 no longer fits
  assert int(pool.count) == 4
  assert invariant(pool)


def test_invariant_holds_over_random_marks():
  rng = np.random.default_rng(0)
  pool = init_pool(20, 12)
  for _ in range(10):
    pool = mark_labelled(pool, jnp.asarray(rng.integers(0, 21, 3)))
    assert invariant(pool)


def test_the_pool_of_what_was_drawn_and_the_first_slot_of_each():
  items = jnp.array([4, 1, 1, 7, 9], jnp.int32)
  pool = pool_of(items, jnp.int32(3), 10)
  assert pool.order.tolist() == [4, 1, 1, 10, 10] and int(pool.count) == 3
  assert np.flatnonzero(pool.labelled).tolist() == [1, 4]
  assert first_slots(pool).tolist() == [0, 1, 1, 5, 5]


def test_samples_only_labelled_items():
  pool = mark_labelled(init_pool(9), jnp.array([7, 2]))
  drawn = sample_labelled(jax.random.key(0), pool, 64)
  assert set(drawn.tolist()) == {2, 7}


@pytest.mark.parametrize("capacity", [0, 7])
def test_capacity_is_checked(capacity):
  with pytest.raises(ValueError, match=r"1\.\.num_items=6, found"):
    init_pool(6, capacity)
