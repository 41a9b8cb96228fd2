import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.training.by_epochs.restarts import (
  Restarts,
  learning_rate,
  make_descent,
)


def test_the_rate_of_the_published_schedule():
  settings = Restarts()
  epochs = jnp.array([0, 3, 43, 83, 123])
  # A warm-up from a thousandth, then twice the top and the middle of a cycle.
  wanted = [1e-6, 1e-3, 5.025e-4, 1e-3, 5.025e-4]
  np.testing.assert_allclose(learning_rate(epochs, settings), wanted, rtol=1e-5)


def test_a_cycle_ends_near_its_lowest_rate():
  settings = Restarts(peak=1.0, warmup=0, cycle=1000, lowest=0.1)
  assert float(learning_rate(999, settings)) == pytest.approx(0.1, abs=1e-4)
  assert float(learning_rate(1000, settings)) == 1.0


def one_step(rate, **settings):
  """From a weight of 10 with a gradient of 1."""
  params, grads = {"w": jnp.array(10.0)}, {"w": jnp.array(1.0)}
  descent = make_descent(Restarts(peak=0.5, **settings))
  state = descent.init(params)
  updates, state = descent.update(grads, state, params, rate)
  again, _ = descent.update(grads, state, params, rate)
  return float(updates["w"]), float(again["w"])


def test_momentum_adds_up():
  first, second = one_step(0.1, weight_decay=0.0)
  assert first == pytest.approx(-0.1)
  assert second == pytest.approx(-0.1 * 1.9)


def test_coupled_decay_is_part_of_the_gradient():
  # 1 + 0.01 * 10, times the rate.
  assert one_step(0.1, weight_decay=0.01)[0] == pytest.approx(-0.11)


def test_decoupled_decay_follows_the_schedule_and_not_the_rate():
  # 0.01 * 10 beside the gradient's step, at a fifth of the peak.
  found = one_step(0.1, weight_decay=0.01, decay="decoupled")[0]
  assert found == pytest.approx(-0.1 - 0.1 / 5)


def test_a_large_gradient_is_clipped():
  assert one_step(0.1, weight_decay=0.0, clip=0.5)[0] == pytest.approx(-0.05)


def test_refuses_another_decay():
  with pytest.raises(ValueError, match="coupled or decoupled, found 'l2'"):
    make_descent(Restarts(decay="l2"))


def test_the_rate_may_be_traced():
  rate = jax.jit(lambda epoch: learning_rate(epoch, Restarts()))(jnp.int32(3))
  assert float(rate) == pytest.approx(1e-3)
