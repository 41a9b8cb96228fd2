"""How a method is applied: keys, batches of pools, meshes, options."""

import functools

import jax
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from alx import functional
from alx.acquisition import BY_NAME, Candidates
from alx.functional import arrays
from tests.functional import cases

N, K = cases.N, 3
FREE = np.ones(N, bool)


def pool(*words):
  return [cases.as_jax(cases.pools())[word] for word in words]


def primitives(closed):
  """Names of all primitives of a program, those of its parts too."""
  for equation in closed.eqns:
    yield equation.primitive.name
    for value in jax.tree.leaves(
      list(equation.params.values()), is_leaf=lambda x: hasattr(x, "eqns")
    ):
      inner = getattr(value, "jaxpr", value)
      if hasattr(inner, "eqns"):
        yield from primitives(inner)


def test_a_batch_of_pools_takes_one_branch():
  given = pool("probs", "features")
  keys = cases.keys()[0]

  def plain(key, probs, features):
    prediction = arrays.of_both(probs, features, available=FREE)
    row = BY_NAME["badge"]
    described = row.describe(None, prediction)
    return row.select(key, described, Candidates(FREE, ~FREE), K)

  def ours(key, probs, features):
    return functional.badge(key, probs, features, FREE, K)

  for ask, branches in ((plain, False), (ours, True)):
    found = set(primitives(jax.make_jaxpr(jax.vmap(ask))(keys, *given).jaxpr))
    assert ("cond" in found) is branches


def test_keys_of_all_kinds_are_those_of_the_front_door():
  ask = functools.partial(functional.random, available=FREE, k=K)
  wanted = ask(7).tolist()
  assert ask(jax.random.key(7)).tolist() == wanted
  assert ask(jax.random.PRNGKey(7)).tolist() == wanted
  assert ask(np.int64(7)).tolist() == wanted
  assert jax.jit(ask)(jax.random.PRNGKey(7)).tolist() == wanted


def test_draws_of_a_score_are_those_of_the_method():
  def both(samples):
    score, entropy = functional.bald(samples), functional.entropy(samples[0])
    for name in ("power", "softmax", "softrank"):
      whole = getattr(functional, f"{name}_bald")
      draw = getattr(functional, f"{name}_sampling")
      yield whole(3, samples, FREE, K, beta=2.0)
      yield draw(3, score, FREE, K, beta=2.0)
    groups = {"num_groups": 2}
    yield functional.stochastic_batches(3, samples[0], FREE, K, **groups)
    yield functional.best_random_batch(3, entropy, FREE, K, **groups)

  found = jax.jit(lambda samples: list(both(samples)))(pool("samples")[0][0])
  np.testing.assert_array_equal(found[::2], found[1::2])


def test_options_that_are_traced():
  samples, probs, features = (
    x[0] for x in pool("samples", "probs", "features")
  )
  score, values = functional.bald(samples), np.array([0.5, 8.0], np.float32)

  def draw(beta):
    return functional.power_sampling(3, score, FREE, K, beta=beta)

  def spread(weight):
    return functional.dpp(probs, features, FREE, K, weight=weight)

  for ask in (draw, spread):
    found = jax.jit(jax.vmap(ask))(values)
    fixed = jax.jit(ask, static_argnums=0)
    assert found.tolist() == [fixed(float(x)).tolist() for x in values]


@functools.cache
def cover(kind):
  """A function of pools, and the pools spread over two devices."""
  mesh = jax.make_mesh((2,), ("pools",), axis_types=(kind,))
  place = NamedSharding(mesh, PartitionSpec("pools"))
  given = [jax.device_put(x, place) for x in pool("features", "labelled")]
  return mesh, given


def of_pool(features, labelled):
  return functional.k_center(features, ~labelled, K, labelled)


@functools.cache
def one_by_one():
  ask = jax.jit(of_pool)
  return [
    ask(*one).tolist()
    for one in zip(*pool("features", "labelled"), strict=True)
  ]


@pytest.mark.parametrize("kind", [AxisType.Explicit, AxisType.Auto])
def test_pools_over_devices(kind):
  _, given = cover(kind)
  assert jax.jit(jax.vmap(of_pool))(*given).tolist() == one_by_one()
  probs = jax.device_put(pool("probs")[0], given[0].sharding)
  scores = jax.jit(jax.vmap(functional.entropy))(probs)
  assert scores.sharding.spec[0] == "pools"


def test_pools_of_each_device_by_itself():
  mesh, given = cover(AxisType.Auto)
  spec = PartitionSpec("pools")
  spread = jax.shard_map(
    jax.vmap(of_pool),
    mesh=mesh,
    in_specs=(spec, spec),
    out_specs=spec,
    check_vma=False,
  )
  found = jax.jit(spread)(*given)
  assert found.tolist() == one_by_one()
  assert found.sharding.spec[0] == "pools"
