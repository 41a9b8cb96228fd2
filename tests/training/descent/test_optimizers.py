import dataclasses

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alx.training.descent.optimizers import (
  make_descent,
  make_optimizer,
  make_step,
)
from alx.training.settings import Training


@pytest.mark.parametrize(
  ("schedule", "rates"),
  [
    ("cosine", [1.0, 0.5, 0.0]),
    ("polynomial", [1.0, 0.5**0.9, 0.0]),
    ("warmup_cosine", [0.1, None, 0.0]),
  ],
)
def test_schedules_begin_and_end(schedule, rates):
  """Steps of SGD on a slope of 1 without momentum's past are the rate."""
  training = Training(
    (2,), steps=20, optimizer="adam", learning_rate=1.0, schedule=schedule
  )
  optimizer = make_optimizer(training)
  params, state, found = jnp.zeros(()), None, []
  state = optimizer.init(params)
  for _ in range(21):
    update, state = optimizer.update(jnp.ones(()), state, params)
    found.append(float(-update))
  for at, rate in zip((0, 10, 20), rates, strict=True):
    if rate is not None:
      np.testing.assert_allclose(found[at], rate, atol=1e-4)


def test_the_gradient_is_clipped_and_the_penalty_added():
  """SGD, momentum 0.9 with Nesterov: the first step is 1.9 times the slope."""
  for training, wanted in (
    (Training((2,), optimizer="sgd", clip=0.0), 1.9 * 30),
    (Training((2,), optimizer="sgd", clip=3.0), 1.9 * 3),
    (
      Training(
        (2,), optimizer="sgd", clip=0.0, weight_decay=0.1, coupled_decay=True
      ),
      1.9 * (30 + 0.1 * 50),
    ),
    (
      Training((2,), optimizer="sgd", clip=0.0, weight_decay=0.1),
      1.9 * 30 + 0.1 * 50,
    ),
  ):
    plain = dataclasses.replace(training, schedule="cosine", learning_rate=1.0)
    optimizer = make_optimizer(plain)
    params = jnp.array(50.0)
    update, _ = optimizer.update(
      jnp.array(30.0), optimizer.init(params), params
    )
    np.testing.assert_allclose(-update, wanted, rtol=1e-5)


def test_an_unknown_schedule():
  with pytest.raises(ValueError, match="found 'linear'"):
    make_optimizer(Training((2,), schedule="linear"))


def test_optimizers(through):
  for name in ("adam", "sgd", "muon"):
    optimizer = make_optimizer(Training((2,), steps=4, optimizer=name))
    params = jnp.ones(2)
    state = optimizer.init(params)
    step, _ = through(optimizer.update)(jnp.ones(2), state, params)
    assert (step < 0).all()
  with pytest.raises(ValueError, match="sgd or muon, found 'lion'"):
    make_optimizer(Training((2,), optimizer="lion"))


def test_a_descent_is_scaled_from_outside():
  """SGD, first step: 1.9 times the slope, up to the rate and the sign."""
  training = Training((2,), optimizer="sgd", clip=0.0, schedule="converged")
  descent = make_descent(training)
  step, _ = descent.update(
    jnp.ones(()), descent.init(jnp.zeros(())), jnp.ones(())
  )
  np.testing.assert_allclose(step, 1.9, rtol=1e-6)


def test_a_step_goes_down_the_slope_of_what_it_is_given():
  optimizer = optax.sgd(0.5)
  step = make_step(optimizer, lambda x, goal: (x - goal) ** 2)
  start = jnp.float32(1.0)
  params, _, loss = step(start, optimizer.init(start), 4.0)
  # (1 - 4)^2, and 1 - 0.5 * 2 * (1 - 4).
  assert (float(params), float(loss)) == (4.0, 9.0)
