import jax.numpy as jnp
import numpy as np
import pytest

from alx.models.upsampling import upsample_linear


@pytest.mark.parametrize(
  ("kind", "wanted"),
  [("half_pixel", [0, 0.5, 1.5, 2]), ("box", [0, 1, 2, 1])],
)
def test_two_voxels_become_four(kind, wanted):
  x = jnp.array([0.0, 2.0]).reshape(1, 2, 1, 1)
  found = upsample_linear(x, kind)
  np.testing.assert_array_equal(found[0, :, 0, 0], wanted)
  assert found.shape == (1, 4, 2, 1)


def test_every_axis_is_doubled_by_itself():
  rows, columns = np.array([1.0, 3.0]), np.array([2.0, 6.0])
  x = jnp.asarray(rows[:, None] * columns).reshape(1, 2, 2, 1)
  found = upsample_linear(x)[0, :, :, 0]
  wanted = np.outer([1, 1.5, 2.5, 3], [2, 3, 5, 6])
  np.testing.assert_allclose(found, wanted)


def test_the_box_is_doubling_padding_and_a_mean():
  x = np.random.default_rng(0).random((1, 3, 2, 2, 1)).astype(np.float32)
  doubled = x.repeat(2, 1).repeat(2, 2).repeat(2, 3)
  padded = np.pad(doubled, [(0, 0), (0, 1), (0, 1), (0, 1), (0, 0)])
  corners = [
    padded[:, i : i + 6, j : j + 4, k : k + 4]
    for i in (0, 1)
    for j in (0, 1)
    for k in (0, 1)
  ]
  np.testing.assert_allclose(
    upsample_linear(jnp.asarray(x), "box"), np.mean(corners, 0), rtol=1e-6
  )


def test_refuses_another_kind():
  with pytest.raises(ValueError, match="there are: half_pixel, box"):
    upsample_linear(jnp.zeros((1, 2, 2, 1)), "cubic")
