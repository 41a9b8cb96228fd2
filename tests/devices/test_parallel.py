import functools
import os
import pathlib
import subprocess
import sys
import tempfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition.scores import passes
from alx.devices import parallel
from alx.devices.parallel import over_passes, replicate
from alx.models import make_cnn, make_mlp, make_unet
from alx.training.learner import make_learner
from alx.training.settings import Training
from tests import passes_on_devices, problems
from tests.environment import FAST_COMPILE

ROOT = pathlib.Path(__file__).resolve().parents[2]
COUNTS = (1, 3, 8)
# Later versions tile a product by the extent of all that is around it.
KEEPS_BITS = jax.__version_info__ < (0, 11)


@functools.cache
def on_devices(count):
  """What a process with this many CPU devices and no mercy finds.

  It compiles as users do: other settings may round.
  """
  with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "passes.npz"
    env = {k: v for k, v in os.environ.items() if k not in FAST_COMPILE}
    env |= {
      "JAX_PLATFORMS": "cpu",
      "XLA_FLAGS": f"--xla_force_host_platform_device_count={count}",
    }
    env.pop("JAX_NUM_CPU_DEVICES", None)  # it would win
    command = "-W", "error", "-m", "tests.passes_on_devices", path
    subprocess.run([sys.executable, *command], check=True, cwd=ROOT, env=env)
    return dict(np.load(path))


@functools.cache
def in_turn():
  """The same passes one after the other on one device."""
  keys, params, x = passes_on_devices.inputs()
  one = jax.jit(passes_on_devices.probs_of)
  return np.stack([one(key, params, x) for key in keys])


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
def test_pmap_and_its_twin_are_bit_equal(count):
  found = on_devices(count)
  assert found["count"] == count
  np.testing.assert_array_equal(found["pmap"], found["shard_map"])
  assert found["pmap"].std(0).max() > 1e-2  # dropout is on


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
def test_questions_around_pmap_and_with_its_twin_inside_have_equal_bits(count):
  found = on_devices(count)
  for name in ("picks", "asked"):
    inside, between = found[f"{name}_inside"], found[f"{name}_between"]
    assert len(set(inside.tolist())) == 3
    np.testing.assert_array_equal(inside, between)


@pytest.mark.slow
def test_the_number_of_devices_changes_no_bit_of_a_score():
  one, *others = (on_devices(count)["scores"] for count in COUNTS)
  for other in others:
    if KEEPS_BITS:
      np.testing.assert_array_equal(other, one)
    np.testing.assert_allclose(other, one, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
def test_all_passes_and_no_padding(count):
  np.testing.assert_allclose(on_devices(count)["pmap"], in_turn(), atol=1e-6)
  expected = passes.disagreement(passes.summarise(jnp.asarray(in_turn())))
  np.testing.assert_allclose(on_devices(count)["scores"], expected, atol=1e-6)
  assert expected.min() > 1e-4


def unet_case():
  """A U-Net, its params, and slices that take several windows."""
  model = make_unet(2, 2, widths=(4,), dropout=0.3)
  params = jax.jit(model.init)(jax.random.key(1), jnp.zeros((1, 8, 8, 1)))
  return model, params, problems.squares(2)[0]


def predict_with(model, params, images, over):
  learner = make_learner(model, 2, 1, Training((8, 8)), over)
  items = jnp.arange(2)
  predict = jax.jit(learner.predict, static_argnums=4)
  return predict(jax.random.key(0), params, images, items, 3)


def test_heads_and_whole_passes_on_devices_equal_full_passes():
  model, params, images = unet_case()
  whole = model._replace(trunk=None, head=None)
  full = predict_with(whole, params, images, None)
  real = np.asarray(full.mask)[None, ..., None]
  for each in (model, whole):
    found = predict_with(each, params, images, over_passes)
    np.testing.assert_allclose(found.probs * real, full.probs * real, atol=1e-5)
    np.testing.assert_allclose(found.features, full.features, atol=1e-5)


def test_the_trunk_runs_once_for_all_passes():
  model, runs = make_cnn(2, widths=(4,)), []

  def counted(function):
    def count(params, x, *rest):
      jax.debug.callback(lambda _: runs.append(1), x[0, 0, 0, 0])
      return function(params, x, *rest)

    return count

  images, _ = problems.blobs(4)
  params = model.init(jax.random.key(0), images.values)
  whole = model._replace(trunk=None, head=None, apply=counted(model.apply))
  for each, expected in ((whole, 5 * 4), (split_of(model, counted), 1)):
    learner = make_learner(each, 2, 1, Training((2, 2)))
    learner.predict(jax.random.key(0), params, images, jnp.arange(4), 5)
    jax.effects_barrier()
    assert len(runs) == expected
    runs.clear()


def split_of(model, counted):
  return model._replace(trunk=counted(model.trunk))


def test_a_loop_asks_the_same_on_devices(calls):
  images, labels = problems.blobs()
  model = make_mlp(2, widths=(8,), dropout=0.3)
  training, asked = Training((2, 2)), []
  for over, pieces in (
    (None, False),
    (over_passes, False),
    (over_passes, True),
  ):
    learner = make_learner(model, 2, 1, training, over, pieces)
    loop = problems.loop_of(learner, in_pieces=pieces)
    state = loop.init(jax.random.key(0), images, labels[0])
    items, found = loop.ask(state)
    asked.append(items.tolist())
    assert (found.scores > 0).all()
  assert asked == [asked[0]] * 3 and len(set(asked[0])) == 3
  blocks = -(-24 // 4)  # of the items, in the last of the three
  assert calls == [jax.local_device_count()] * blocks


@pytest.fixture
def calls(monkeypatch):
  """How many devices each call of a pmap is made on."""
  made, make = [], parallel._pmap

  def counted(share, devices):
    mapped = make(share, devices)

    def call(*args):
      made.append(len(devices))
      return mapped(*args)

    return call

  monkeypatch.setattr(parallel, "_pmap", counted)
  return made


def noise(key, scale, shift):
  return {"x": scale * jax.random.normal(key, (2,)) + shift}


@pytest.mark.parametrize("num_passes", [1, 2, 5])
@pytest.mark.parametrize("at_once", [None, 2])
def test_any_number_of_passes(through, num_passes, at_once):
  keys = jax.random.split(jax.random.key(0), num_passes)
  run = through(over_passes(noise, at_once=at_once))
  expected = [noise(key, 2.0, 1.0)["x"] for key in keys]
  np.testing.assert_allclose(run(keys, 2.0, 1.0)["x"], expected, rtol=1e-6)


def test_works_inside_of_scan_and_vmap():
  keys = jax.random.split(jax.random.key(0), 3)
  run, scales = over_passes(noise), jnp.array([1.0, 2.0])
  expected = [[noise(key, s, 0.0)["x"] for key in keys] for s in scales]

  def of(scale):
    return run(keys, scale, 0.0)["x"]

  for mapped in (jax.vmap(of), functools.partial(jax.lax.map, of)):
    np.testing.assert_allclose(jax.jit(mapped)(scales), expected, rtol=1e-6)


def test_arrays_of_one_device_must_be_replicated():
  first = jax.local_devices()[0]
  keys = jax.random.split(jax.random.key(0), 3)
  lonely = jax.device_put(jnp.array([1.0, 2.0]), first)
  expected = over_passes(noise)(keys, lonely, 0.0)["x"]
  inside = jax.jit(over_passes(noise))
  shared = replicate(lonely)
  assert shared.sharding.device_set == set(jax.local_devices())
  np.testing.assert_array_equal(inside(keys, shared, 0.0)["x"], expected)


def test_chosen_devices():
  one = jax.local_devices()[1:]
  keys = jax.random.split(jax.random.key(0), 3)
  found = over_passes(noise, devices=one)(keys, 1.0, 0.0)["x"]
  assert found.sharding.device_set == set(one)
  expected = [noise(key, 1.0, 0.0)["x"] for key in keys]
  np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_says_what_is_wrong():
  with pytest.raises(ValueError, match="pmap or shard_map, found 'xmap'"):
    over_passes(noise, backend="xmap")
  with pytest.raises(ValueError, match="at_once must be at least 1, found 0"):
    over_passes(noise, at_once=0)
  with pytest.raises(ValueError, match="at least 1 pass, found none"):
    over_passes(noise)(jax.random.split(jax.random.key(0), 0), 1.0, 0.0)
