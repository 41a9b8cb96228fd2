import jax.numpy as jnp
import numpy as np

from alx.training.descent import averages


def test_the_last_weights_count_most_and_the_first_not_at_all():
  """Weights 1, 2, 4 with decay 1/2: (1/4 + 2/2 + 4) / (1/4 + 1/2 + 1) = 3."""
  average = averages.begin({"w": jnp.float32(100.0)})
  for value in (1.0, 2.0, 4.0):
    average = averages.add(average, {"w": jnp.float32(value)}, 0.5)
  np.testing.assert_allclose(averages.end(average, 0.5)["w"], 3.0, rtol=1e-6)


def test_one_step_is_its_weights():
  average = averages.begin(jnp.zeros(2))
  average = averages.add(average, jnp.array([3.0, -1.0]), 0.99)
  np.testing.assert_allclose(averages.end(average, 0.99), [3, -1], rtol=1e-4)
