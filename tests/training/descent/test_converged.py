"""When a fit ends, on losses made by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.training.descent import converged
from alx.training.settings import Convergence, Training

RULE = Convergence(0.1, nothing=0.02, decay=0.5, window=5, least=20)


def training_of(steps, rule=RULE):
  return Training(
    (2,), steps=steps, schedule="converged", learning_rate=2.0, convergence=rule
  )


def run(loss_of, steps=200, rule=RULE):
  """(moving, loss [steps made], rates); moving counts the steps."""

  def stretch(moving, key, progress, rates):
    count, total = moving
    at = count + jnp.arange(len(progress), dtype=jnp.int32)
    moving = count + len(progress), total.at[at].set(rates)
    return moving, loss_of(at.astype(jnp.float32))

  start = jnp.int32(0), jnp.full((steps,), jnp.nan, jnp.float32)
  training = training_of(steps, rule)
  (count, rates), loss = jax.jit(
    lambda key: converged.until_converged(key, start, stretch, training)
  )(jax.random.key(0))
  loss, rates = np.asarray(loss), np.asarray(rates)
  made = loss[~np.isnan(loss)]
  assert int(count) == len(made) and np.isnan(loss[len(made) :]).all()
  return made, rates[: len(made)], converged.has_converged(loss)


def steady_windows(means, least, longest):
  """The rule in NumPy: how many windows go by before the decay."""
  for n in range(least, longest + 1):
    third = max(n // 3, 1)
    last = np.mean(means[n - third : n])
    before = np.mean(means[n - 2 * third : n - third])
    if last >= 0.9 * before or last <= 0.02 * means[0]:
      return n
  return longest


def test_a_flat_loss_ends_at_the_least_and_decays_by_half_as_many():
  made, rates, ended = run(jnp.ones_like)
  assert len(made) == 20 + 10 and ended
  # Up in a quarter of the least steps, steady, down along half a cosine.
  np.testing.assert_allclose(rates[:6], [0.2, 0.56, 0.92, 1.28, 1.64, 2.0])
  np.testing.assert_allclose(rates[6:20], 2.0)
  down = 1 + np.cos(np.pi * np.arange(10) / 10)
  np.testing.assert_allclose(rates[20:], down, rtol=1e-5)


@pytest.mark.parametrize(
  ("fall", "turn", "ends"),
  [(40, 60, True), (40, 1000, False), (10, 1000, True)],
)
def test_a_loss_ends_when_it_has_ceased_to_fall(fall, turn, ends):
  """Early: flat from a turn on. Late: next to nothing. Neither: the limit."""
  made, _, ended = run(lambda at: jnp.exp(-jnp.minimum(at, turn) / fall))
  at = np.arange(200.0).reshape(-1, 5)
  means = np.exp(-np.minimum(at, turn) / fall).mean(1)
  # 40 windows hold 26 steady ones and 14 of the decay.
  windows = steady_windows(means, least=4, longest=26)
  assert len(made) == (5 * (windows + -(-windows // 2)) if ends else 200)
  assert ended == ends == (windows < 26)


def test_a_loss_that_is_no_number_ends_at_once():
  made, _, _ = run(lambda at: jnp.where(at < 7, 1.0, jnp.inf))
  assert len(made) == 30


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 17, 40, 99, 1000])
def test_all_steps_but_a_part_of_a_window_and_a_decay_at_the_end(steps):
  made, rates, ended = run(lambda at: (1 + at) ** -0.5, steps)
  window = max(1, min(5, steps // 4))
  assert len(made) == steps - steps % window
  assert not ended
  if steps > 3:
    assert rates[-1] < rates.max()


def test_every_step_is_either_steady_or_of_the_decay():
  for steps in range(1, 60):
    known = converged.plan(training_of(steps))
    assert known.most == steps // known.window
    assert 1 <= known.least <= known.longest <= known.most
    assert len(known.decays) == known.most + 1
    if steps > 2:
      assert known.longest + known.decays[known.longest] == known.most


def test_the_last_third_is_compared_with_the_one_before():
  means = jnp.array([9.0, 9, 9, 2, 2, 2, 1, 1, 1, 5])
  for tolerance, falls in ((0.4, True), (0.6, False)):
    rule = Convergence(tolerance)
    assert bool(converged.still_falls(means, 9, rule)) == falls
  assert not converged.still_falls(means, 9, Convergence(0.4, nothing=0.2))


def test_the_least_grows_with_the_most():
  """Of 3,000 steps at most 300 go by first; of 300, 100; of 60, half."""
  for steps, least in ((3000, 300), (300, 100), (60, 30)):
    known = converged.plan(training_of(steps, Convergence()))
    assert known.least * known.window == least
