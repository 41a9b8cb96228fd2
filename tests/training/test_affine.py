import jax
import jax.numpy as jnp
import numpy as np

from alx.training.affine import make_matrix, scale_and_turn, transform

STILL = jnp.ones(3), jnp.zeros(3)


def ball(extent=24, radius=6.0):
  axis = np.arange(extent) - (extent - 1) / 2
  far = sum(x**2 for x in np.meshgrid(axis, axis, axis, indexing="ij"))
  label = (far < radius**2).astype(np.uint8)
  return jnp.asarray(label[..., None], jnp.float32), jnp.asarray(label)


MOVE = jax.jit(transform)


def test_the_identity_changes_no_bit():
  rng = np.random.default_rng(0)
  image = jnp.asarray(rng.standard_normal((5, 4, 6, 2)), jnp.float32)
  label = jnp.asarray(rng.integers(0, 3, (5, 4, 6)), jnp.uint8)
  found = transform(make_matrix(*STILL), image, label)
  np.testing.assert_array_equal(found[0], image)
  np.testing.assert_array_equal(found[1], label)
  assert found[1].dtype == jnp.uint8


def test_nothing_happens_where_the_chance_is_zero():
  image, label = ball(8, 2.0)
  found = scale_and_turn(jax.random.key(0), image, label, (0.5, 2.0), 90.0, 0.0)
  np.testing.assert_array_equal(found[0], image)


def test_a_volume_grows_by_the_product_of_its_factors():
  image, label = ball()
  factors = jnp.array([1.3, 0.8, 1.2])
  found = MOVE(make_matrix(factors, STILL[1]), image, label)[1]
  ratio = float(found.sum()) / float(label.sum())
  assert abs(ratio / (1.3 * 0.8 * 1.2) - 1) < 0.05


def test_a_quarter_turn_is_the_one_of_numpy():
  image = jnp.zeros((3, 3, 1)).at[0, 1, 0].set(1.0)
  label = image[..., 0].astype(jnp.uint8)
  matrix = make_matrix(jnp.ones(2), jnp.array([jnp.pi / 2]))
  found = transform(matrix, image, label)[1]
  turned = [np.rot90(label), np.rot90(label, 3)]
  assert any((np.asarray(found) == t).all() for t in turned)


def test_image_and_label_move_alike():
  image, label = ball(16, 4.0)
  matrix = make_matrix(jnp.array([1.2, 0.9, 1.0]), jnp.array([0.3, 0.0, 0.2]))
  moved, mapped = MOVE(matrix, image, label)
  assert float(((moved[..., 0] > 0.5) == (mapped > 0)).mean()) > 0.98
