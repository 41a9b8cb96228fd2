"""The U-Net: its extents, its features, and that it learns."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alx.models import layers, make_unet


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


def test_refuses_extents_that_do_not_halve():
  model = make_unet(2, 2, (4, 8, 8))
  with pytest.raises(ValueError, match=r"multiple of 4, got shape \(1, 8, 6"):
    model.init(jax.random.key(0), jnp.zeros((1, 8, 6, 1)))


def test_refuses_another_number_of_axes():
  with pytest.raises(ValueError, match="3 spatial axes"):
    make_unet(3, 2, (4, 8)).init(jax.random.key(0), jnp.zeros((1, 8, 8, 1)))
  with pytest.raises(ValueError, match="2 or 3, got 1"):
    make_unet(1, 2)
  with pytest.raises(ValueError, match="at least one width"):
    make_unet(2, 2, ())


def test_a_light_one_convolves_once_on_the_way_up():
  x = jnp.zeros((1, 8, 8, 1))
  shapes = jax.eval_shape(
    make_unet(2, 2, (4, 8), light=True).init, jax.random.key(0), x
  )["trunk"]
  kernels = [s.shape for s in jax.tree.leaves(shapes) if s.ndim == 4]
  # Two down, two at the bottom, one up: of 4 channels, for skips are added.
  assert sorted(kernels) == [
    (3, 3, 1, 4),
    (3, 3, 4, 4),
    (3, 3, 4, 4),
    (3, 3, 4, 8),
    (3, 3, 8, 8),
  ]


def kernels_of(**parts):
  """Shapes of the kernels of extent 3, sorted."""
  init = make_unet(2, 2, (4, 8), **parts).init
  shapes = jax.eval_shape(init, jax.random.key(0), jnp.zeros((1, 8, 8, 1)))
  return sorted(s.shape for s in jax.tree.leaves(shapes) if s.ndim == 4)


def test_a_light_one_is_made_of_parts_that_can_be_chosen():
  assert kernels_of(light=True) == kernels_of(up=1, skips="add")
  assert kernels_of() == kernels_of(light=True, up=2, skips="concat")
  assert len(kernels_of(light=True, down=1)) == len(kernels_of(light=True)) - 2
  side_by_side = kernels_of(up=1)
  assert (3, 3, 8, 4) in side_by_side and len(side_by_side) == 5
  with pytest.raises(ValueError, match="add or concat, got 'sum'"):
    make_unet(2, 2, (4, 8), skips="sum")
  with pytest.raises(ValueError, match="group or instance, got 'batch'"):
    make_unet(2, 2, (4, 8), norm="batch")


def test_an_instance_norm_is_of_each_channel():
  """One level, and a first channel that is 9 times as large as the others."""
  found = {}
  for norm in ("group", "instance"):
    model = make_unet(2, 2, (4,), groups=1, norm=norm)
    params = jax.jit(model.init)(jax.random.key(1), jnp.zeros((1, 8, 8, 1)))
    trunk = params["trunk"]["params"]
    last = trunk["ConvNormRelu_1"]["Conv_0"]
    last["kernel"] = last["kernel"].at[..., 0].multiply(9.0)
    hidden, _ = jax.jit(model.trunk)(params, normal((1, 8, 8, 1)))
    found[norm] = np.asarray(hidden).std((0, 1, 2))
  assert found["instance"].max() < 1.5 * found["instance"].min()
  assert found["group"].max() > 3 * found["group"].min()


def test_a_norm_of_single_channels_wants_more_than_a_voxel_at_the_bottom():
  shape = jax.ShapeDtypeStruct((1, 4, 4, 1), np.float32)
  wide = jax.ShapeDtypeStruct((1, 4, 8, 1), np.float32)
  key = jax.random.key(0)
  told = (
    r"where {} channels are normalised one by one, found one, of extents "
    r"\(4, 4\) with 3 widths: take a larger patch, fewer widths, or "
    r"norm='group' and more than 8 channels there"
  )
  for bottom, norm in ((16, "instance"), (8, "group"), (4, "group")):
    with pytest.raises(ValueError, match=told.format(bottom)):
      model = make_unet(2, 2, (4, 4, bottom), norm=norm)
      jax.eval_shape(model.init, key, shape)
  for x, widths, norm in (
    (wide, (4, 4, 4), "instance"),
    (shape, (4, 4), "instance"),
    (shape, (4, 4, 16), "group"),
    (shape, (4, 4, 12), "group"),
  ):
    jax.eval_shape(make_unet(2, 2, widths, norm=norm).init, key, x)


def test_what_is_refused_at_the_bottom_is_what_would_say_nothing():
  """Features of one voxel: 0 where each channel is normalised by itself."""
  x = normal((1, 1, 1, 1))
  for bottom, says in ((8, False), (16, True)):
    level = layers.ConvNormRelu(bottom, groups=8)
    found, _ = jax.jit(level.init_with_output)(jax.random.key(1), x)
    assert bool(found.any()) == says


def test_a_deep_one_has_the_same_trunk_and_head_and_heads_beside():
  x, key = jnp.zeros((1, 8, 8, 1)), jax.random.key(1)
  plain, deep = (make_unet(2, 3, (4, 4, 8), deep=d) for d in (False, True))
  before, params = (jax.jit(model.init)(key, x) for model in (plain, deep))
  for name in ("trunk", "head"):
    for a, b in zip(
      jax.tree.leaves(before[name]), jax.tree.leaves(params[name]), strict=True
    ):
      np.testing.assert_array_equal(a, b)
  assert plain.levels is None and len(params["heads"]) == 1
  x = normal((1, 8, 8, 1))
  fine, coarse = jax.jit(deep.levels)(params, x)
  logits, _ = jax.jit(deep.apply)(params, x)
  np.testing.assert_allclose(fine, logits, atol=1e-6)
  assert coarse.shape == (1, 4, 4, 3)
  with pytest.raises(ValueError, match=r"three widths or more, got \(4, 8\)"):
    make_unet(2, 2, (4, 8), deep=True)


def test_features_ignore_where_things_are():
  model = make_unet(2, 2, (4, 8))
  x = normal((1, 8, 8, 1), 0)
  params = jax.jit(model.init)(jax.random.key(1), x)
  _, features = jax.jit(model.apply)(params, x)
  assert features.shape == (1, 8)


@pytest.mark.parametrize("light", [False, True], ids=["as usual", "light"])
def test_every_parameter_has_a_gradient(light):
  model = make_unet(3, 2, (4, 8), light=light)
  x = normal((1, 4, 4, 4, 1), 0)
  params = jax.jit(model.init)(jax.random.key(1), x)

  def loss(params):
    return jnp.square(model.apply(params, x)[0][..., 0]).mean()

  for leaf in jax.tree.leaves(jax.jit(jax.grad(loss))(params)):
    assert (leaf != 0).any()


def test_learns_a_disc_inside_a_scan():
  model, adam = make_unet(2, 2, (8, 8)), optax.adam(1e-2)
  rows = jnp.arange(16.0)
  centre = jax.random.uniform(jax.random.key(0), (4, 2), minval=5, maxval=11)
  far = jnp.square(rows[None, :, None] - centre[:, :1, None])
  far = far + jnp.square(rows[None, None] - centre[:, 1:, None])
  labels = (far < 9).astype(jnp.int32)
  noise = normal(labels.shape, 1)
  x = (labels + 0.5 * noise)[..., None]

  def step(state, key):
    def loss(params):
      logits, _ = model.apply(params, x, key)
      losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
      return losses.mean()

    params, moments = state
    value, grads = jax.value_and_grad(loss)(params)
    updates, moments = adam.update(grads, moments, params)
    return (optax.apply_updates(params, updates), moments), value

  params = jax.jit(model.init)(jax.random.key(2), x)
  keys = jax.random.split(jax.random.key(3), 40)
  state = params, adam.init(params)
  (params, _), losses = jax.jit(lambda s: jax.lax.scan(step, s, keys))(state)
  assert losses[-5:].mean() < 0.5 * losses[0]
  logits, _ = jax.jit(model.apply)(params, x)
  assert np.mean(logits.argmax(-1) == labels) > 0.95


def test_what_is_made_again_is_the_same():
  x = normal((1, 8, 8, 1))
  nets = [make_unet(2, 2, (4, 8), light=True, remat=r) for r in (False, True)]
  params = nets[0].init(jax.random.key(0), x)
  again = nets[1].init(jax.random.key(0), x)
  for a, b in zip(
    *map(jax.tree_util.tree_leaves_with_path, (params, again)), strict=True
  ):
    assert a[0] == b[0]
    np.testing.assert_array_equal(a[1], b[1])

  def gradient(net):
    def loss(params):
      return jnp.square(net.apply(params, x)[0]).mean()

    return jax.grad(loss)

  assert "remat" not in str(jax.make_jaxpr(gradient(nets[0]))(params))
  assert "remat" in str(jax.make_jaxpr(gradient(nets[1]))(params))
  one, two = (jax.tree.leaves(jax.jit(gradient(n))(params)) for n in nets)
  for a, b in zip(one, two, strict=True):
    np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)
