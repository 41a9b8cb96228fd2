"""`jax_enable_x64`, and arrays of 16 and of 64 bits.

Networks and kernels are of float32 whatever the default of jax is: a loop whose
carry changes its type is a TypeError. See jax-ml/jax#6059.
"""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx import models
from alx.acquisition import BY_NAME, Candidates
from alx.loop import make_loop
from alx.models.conv import convolve
from alx.training.settings import Asking
from tests import problems
from tests.acquisition.contract_pools import C, N, predictions
from tests.acquisition.test_contracts import space_of
from tests.front.test_query import inputs_of

if hasattr(jax, "enable_x64"):
  wide = jax.enable_x64
else:
  from jax.experimental import enable_x64 as wide


def choose_plain(name, prediction, candidates, k):
  """The choice as it is written, not compiled."""
  row = BY_NAME[name]
  key_describe, key_select = jax.random.split(jax.random.key(0))
  keys = jax.random.split(key_describe, candidates.available.shape[0])
  described = row.describe and row.describe(keys, prediction)
  return row.select(key_select, described, candidates, k)


def converted(prediction, dtype):
  """All its floats of another type."""

  def of(leaf):
    return leaf if leaf.dtype == bool else jnp.asarray(leaf).astype(dtype)

  return jax.tree.map(of, prediction)


def candidates():
  labelled = np.arange(N) % 4 == 1
  labels = np.where(labelled, np.arange(N) // 4 % 2, -1).astype(np.int32)
  return Candidates(*map(jnp.asarray, (~labelled, labelled, labels)))


def traced(name, dtype):
  """The program of a choice; types that do not fit are found here."""
  prediction = converted(predictions(space=space_of(name)), dtype)
  known = candidates()
  return jax.make_jaxpr(lambda p, c: choose_plain(name, p, c, 4))(
    prediction, known
  )


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_method_with_64_bits_enabled(name):
  with wide(True):
    for dtype in (jnp.float32, jnp.float64):
      (items,) = traced(name, dtype).out_avals
      assert items.shape == (4,) and items.dtype == np.int32


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_method_on_16_bits(name, dtype):
  (items,) = traced(name, dtype).out_avals
  assert items.shape == (4,) and items.dtype == np.int32


@pytest.mark.parametrize(
  "name", ["bald", "k_center", "prob_cover", "typiclust"]
)
def test_the_front_door_chooses_the_same(name):
  given = {**inputs_of(name), "k": 3, "key": 3}
  if name == "prob_cover":
    given["clusters"] = 3
  wanted = alx.query(name, **given).tolist()
  with wide(True):
    assert alx.query(name, **given).tolist() == wanted


@pytest.mark.slow
def test_a_loop_with_64_bits_enabled():
  """Its dropout is drawn with other bits: all else is of the same types."""
  images, labels = problems.blobs()

  def run():
    learner = problems.mlp_learner(4)
    loop = make_loop(learner, BY_NAME["bald"], Asking(3, block=8, samples=2))
    state = loop.init(jax.random.key(0), images, labels[0])
    state = loop.tell(state, jnp.arange(3, dtype=jnp.int32), labels[:3])
    items, state = loop.ask(state)
    return state.params, state.scores, items

  plain = run()
  with wide(True):
    again = run()
    chex.assert_trees_all_equal_shapes_and_dtypes(plain, again)
    chex.assert_tree_all_finite(again)


def test_a_segmentation_with_64_bits_enabled():
  images, labels = problems.squares(4)
  with wide(True):
    learner = problems.unet_learner(2)
    loop = make_loop(learner, BY_NAME["badge"], Asking(2, block=4))

    def run(key, images, labels):
      state = loop.init(key, images, labels[0])
      state = loop.tell(state, jnp.arange(2, dtype=jnp.int32), labels[:2])
      return loop.ask(state)

    items, state = jax.eval_shape(run, jax.random.key(0), images, labels)
    assert items.dtype == np.int32
    assert {leaf.dtype for leaf in jax.tree.leaves(state.params)} == {
      np.dtype("float32")
    }


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("stride", [1, 2])
def test_convolutions_and_their_gradients_of_two_types(axes, stride):
  def slopes(x, kernel):
    out = jax.eval_shape(lambda: convolve(x, kernel, stride))
    both = jax.grad(
      lambda x, kernel: convolve(x, kernel, stride).astype("f").sum(), (0, 1)
    )
    return out.dtype, [s.dtype for s in jax.eval_shape(both, x, kernel)]

  with wide(True):
    types = jnp.float32, jnp.float64, jnp.bfloat16
    for one in types:
      for other in types:
        x = jnp.zeros((1, *[4] * axes, 2), one)
        kernel = jnp.zeros((*[3] * axes, 2, 2), other)
        assert slopes(x, kernel) == (
          jnp.promote_types(one, other),
          [x.dtype, kernel.dtype],
        )


@pytest.mark.parametrize(
  ("make", "shape"),
  [
    (lambda: models.make_cnn(C, (4, 8), 0.1), (8, 8)),
    (lambda: models.make_resnet(C, (4, 8), 0.1, large=False), (8, 8)),
    (lambda: models.make_unet(2, C, (4, 8), 0.1), (8, 8)),
    (lambda: models.make_mlp(C, (4,), 0.1), (2, 2)),
  ],
  ids=["cnn", "resnet", "unet", "mlp"],
)
def test_networks_have_params_of_32_bits(make, shape):
  model = make()
  with wide(True):
    x = jnp.zeros((1, *shape, 1))
    params = jax.eval_shape(model.init, jax.random.key(0), x)
    assert {p.dtype for p in jax.tree.leaves(params)} == {np.dtype("float32")}
    one = x.astype(jnp.float32), jax.random.key(1)
    logits, _ = jax.eval_shape(model.apply, params, *one)
    assert logits.dtype == np.float32
