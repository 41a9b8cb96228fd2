"""Which labelled items are trained on, and which are held out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.pool import init_pool, mark_labelled
from alx.training.by_epochs.held_out import split_labelled
from alx.training.ensemble import resample


def labelled(*items):
  return mark_labelled(init_pool(10), jnp.array(items, jnp.int32))


def split(count, resampled=""):
  pool = labelled(*range(count))
  parts = split_labelled(jax.random.key(2), pool, 0.2, resampled)
  return [np.asarray(p.items[: int(p.count)]).tolist() for p in parts]


@pytest.mark.parametrize(("count", "held_out"), [(10, 2), (7, 1), (2, 1)])
def test_a_fifth_is_held_out_and_one_item_at_least(count, held_out):
  train, held = split(count)
  assert len(held) == held_out
  assert sorted(train + held) == list(range(count))


def test_a_single_item_is_trained_on_and_validated_on():
  assert split(1) == [[0], [0]]


def test_resampling_keeps_the_parts_apart():
  plain, (train, held) = split(10), split(10, "train")
  assert len(train) == 8 and len(set(train)) < 8
  assert set(train) <= set(plain[0]) and held == plain[1]
  both = split(10, "both")
  assert both[0] == train and set(both[1]) <= set(held)


def test_what_a_resample_drew_often_is_in_one_part():
  pool = labelled(*range(10))

  @jax.jit
  @jax.vmap
  def parts(key):
    key_draw, key_split = jax.random.split(key)
    drawn = resample(key_draw, pool)
    return drawn.order, *split_labelled(key_split, drawn, 0.2)

  orders, *both = parts(jax.random.split(jax.random.key(0), 40))
  for row, order in enumerate(np.asarray(orders)[:, :10]):
    train, held = (p.items[row, : p.count[row]].tolist() for p in both)
    assert sorted(train + held) == sorted(order.tolist())
    assert not set(train) & set(held)
    assert len(set(held)) == max(1, round(0.2 * len(set(order.tolist()))))


def test_copies_of_a_single_item_are_trained_on_and_validated_on():
  pool = labelled(3)
  pool = pool._replace(order=pool.order.at[:4].set(3), count=jnp.int32(4))
  parts = split_labelled(jax.random.key(0), pool, 0.2)
  assert [p.items[: int(p.count)].tolist() for p in parts] == [[3] * 4] * 2


def test_the_split_is_drawn_anew_by_the_key():
  pool = labelled(*range(10))
  parts = {
    tuple(np.asarray(split_labelled(jax.random.key(i), pool, 0.2)[1].items))
    for i in range(4)
  }
  assert len(parts) > 1
