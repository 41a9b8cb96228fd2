"""Arrays of integers, too small numbers and traced values."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx.front.inputs import read_inputs

ROWS = np.array([[3, 0], [0, 3], [-3, 1], [1, 1], [2, -3]])


def probs_of(logits):
  """As the compiled program makes them of what is read."""
  read = read_inputs(logits=logits)
  assert read.logits
  return jax.nn.softmax(jnp.asarray(read.probs[0], jnp.float32))


def test_integers_far_from_0_are_refused_as_numbers_of_64_bits_are():
  for offset in (2**40, -(2**40), 2**49):
    told = "which float32 cannot tell apart; subtract their mean"
    with pytest.raises(ValueError, match=told):
      read_inputs(features=ROWS + offset)
  read_inputs(features=ROWS + 1000)


def test_integers_without_a_spread_are_as_good_as_any():
  read_inputs(features=np.full((4, 2), 2**40))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint32, np.uint64])
def test_only_differences_of_logits_count(dtype):
  logits = np.array([[0, 1], [5, 0], [2, 2]], dtype)
  wanted = probs_of(logits.astype(np.float32))
  found = probs_of(logits + dtype(2**30))
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_integers_at_both_ends_of_their_type():
  ends = np.iinfo(np.int64)
  logits = np.array([[ends.min, ends.max], [ends.max - 1, ends.max]])
  found = probs_of(logits)
  sigmoid = 1 / (1 + np.exp(-1))
  np.testing.assert_allclose(found, [[0, 1], [1 - sigmoid, sigmoid]], rtol=1e-6)


def test_evidence_below_float32():
  evidence = np.ones((4, 3))
  evidence[2, 1] = 1e-46
  told = (
    r"evidence: item 2 must have finite Dirichlet parameters above 0 \(from "
    r"1.2e-38 on in float32\), found 0.0"
  )
  with pytest.raises(ValueError, match=told):
    alx.score("vacuity", evidence=evidence)
  evidence[2, 1] = 1e-37
  assert np.isfinite(alx.score("evidential_entropy", evidence=evidence)).all()


@pytest.mark.parametrize("kind", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("xp", [np, jnp])
def test_voxel_features_of_16_bits_are_averaged_in_32(kind, xp):
  """In bfloat16 256 + 1 is 256, and a mean has 8 bits."""
  rng = np.random.default_rng(0)
  voxels = (rng.random((3, 20, 30, 2)) + 1).astype(jnp.dtype(kind))
  logits = np.zeros((3, 20, 30, 2))
  read = read_inputs(features=xp.asarray(voxels), logits=logits)
  wanted = voxels.astype(np.float64).mean((1, 2))
  np.testing.assert_allclose(read.features, wanted, rtol=1e-5)


@pytest.mark.parametrize("door", [alx.score, alx.query])
def test_traced_arrays_are_told_of(door):
  more = {"k": 1} if door is alx.query else {}
  told = "probs: wanted an array with values, found a traced one; query and"
  with pytest.raises(ValueError, match=told):
    jax.jit(lambda x: door("entropy", probs=x, **more))(jnp.ones((4, 2)) / 2)
  told = "key: wanted an array with values, found a traced one"
  with pytest.raises(ValueError, match=told):
    jax.jit(
      lambda key: door("entropy", probs=np.ones((4, 2)) / 2, key=key, **more)
    )(jax.random.key(0))


@pytest.mark.parametrize("integer", [np.uint64, np.int64, np.uint8])
def test_integers_of_numpy_are_as_good(integer):
  found = alx.query("random", k=integer(3), n=integer(50))
  assert found.tolist() == alx.query("random", k=3, n=50).tolist()


@pytest.mark.parametrize("method", [["random"], None, 3])
def test_what_is_no_method(method):
  with pytest.raises(ValueError, match=r"no method .*; there are: random, "):
    alx.query(method, k=1, n=5)
