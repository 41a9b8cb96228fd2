"""The net in torch is ours, and what is said about the fits."""

import copy
import math
import types

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alx.models import make_unet
from alx.training import losses
from alx.training.descent.muon import muon_with_adam
from experiments.benchmarks import kept_fits, torch_fits, torch_nets
from experiments.benchmarks import seconds_to_dice as bench
from experiments.benchmarks.seconds_to_dice import Contender, Row


def test_seconds_are_interpolated_on_a_log_scale():
  # Half of the way from 0.80 to 0.84 is a factor of 2 between 5 and 20.
  found = bench.seconds_to(0.82, [5, 20, 80], [0.80, 0.84, 0.9])
  assert found == pytest.approx(10)


def test_a_target_that_is_reached_at_once_or_never_is_a_bound():
  assert bench.seconds_to(0.7, [5, 20], [0.80, 0.84]) == 5
  assert bench.seconds_to(0.9, [5, 20], [0.80, 0.84]) == math.inf


def test_the_first_crossing_counts():
  found = bench.seconds_to(0.8, [1, 10, 100], [0.7, 0.8, 0.6])
  assert found == pytest.approx(10)


def rows_of(kind, scores):
  """Rows of two seeds at 5 and 20 s."""
  return [
    Row(kind, 1e-2, 2, budget, seed, 10, 1.0, budget, score)
    for budget, of_seeds in zip((5.0, 20.0), scores, strict=True)
    for seed, score in enumerate(of_seeds)
  ]


def test_tables_have_the_mean_each_seed_and_the_ratio():
  rows = rows_of("ours", [(0.8, 0.8), (0.84, 0.84)])
  rows += rows_of("torch", [(0.7, 0.8), (0.8, 0.86)])
  _, reached = bench.tables(rows, [0.8, 0.82])
  cells = {c.header: list(c.cells) for c in reached.columns}
  # Torch: 0.75 to 0.83, 0.05 of 0.08 of two octaves: 5 * 4 ** 0.625 = 11.9;
  # at 0.82 5 * 4 ** 0.875 = 16.8, and one of its seeds never.
  assert cells["s"] == ["<= 5", "11.9", "10.0", "16.8"]
  assert cells["each"][3] == "> 20 7.9"
  assert cells["ratio"] == ["1.00", "0.42", "1.00", "0.59"]


def test_a_seed_without_every_budget_is_left_out():
  rows = rows_of("ours", [(0.8, 0.7), (0.84, 0.84)])[:-1]
  (curve,) = bench.curves(rows).values()
  assert curve[1] == [0]
  assert curve[2].tolist() == [[0.8], [0.84]]


def test_a_fit_is_known_by_contender_budget_and_seed(tmp_path):
  rows = rows_of("ours", [(0.8, 0.8), (0.84, 0.84)])
  path = str(tmp_path / "fits.csv")
  kept_fits.write(path, rows, "24 labels")
  assert kept_fits.read(path, Row, "24 labels") == rows
  assert bench.key(rows[0]) == (Contender("ours", 1e-2, 2), 5.0, 0)


def test_unknown_contenders_are_told():
  assert bench.parse("ours:5e-2:2") == Contender("ours", 0.05, 2)
  with pytest.raises(ValueError, match="no 'keras'; there are"):
    bench.parse("keras:1e-2:2")


@pytest.mark.parametrize("steps", [5, 40])
def test_rates_are_those_of_our_schedule(steps):
  found = torch_fits.rates_of(0.5, steps)
  ours = optax.warmup_cosine_decay_schedule(0.05, 0.5, steps // 10, steps)
  np.testing.assert_allclose(found, [ours(i) for i in range(steps)], rtol=1e-5)


# --- with torch -------------------------------------------------------------


@pytest.fixture(name="torch")
def _torch():
  torch = pytest.importorskip("torch")
  threads = torch.get_num_threads()
  torch.set_num_threads(1)
  yield torch
  torch.set_num_threads(threads)


def our_net(light):
  """A small net with weights that are no round numbers, and its input."""
  model = make_unet(3, 3, (8, 16), 0.1, light=light)
  x = jax.random.normal(jax.random.key(1), (2, 4, 8, 6, 1))
  params = model.init(jax.random.key(0), x)
  noise = jax.random.normal(jax.random.key(2), (10_000,))
  params = jax.tree.map(
    lambda v: v + 0.1 * noise[: v.size].reshape(v.shape), params
  )
  return model, params, x


@pytest.mark.parametrize("light", [False, True])
def test_with_our_weights_the_net_in_torch_says_what_ours_says(torch, light):
  model, params, x = our_net(light)
  module = torch_nets.torch_unet(3, (8, 16), 3, dropout=0.1, light=light)
  sizes = [v.size for v in jax.tree.leaves(params)]
  assert sum(p.numel() for p in module.parameters()) == sum(sizes)
  torch_nets.load_params(module, params)
  theirs = module.eval()(channels_first(torch, x)).movedim(1, -1)
  np.testing.assert_allclose(
    theirs.detach(), model.apply(params, x)[0], atol=1e-4
  )
  module.to(memory_format=torch_nets.layout(3))
  back = torch_nets.params_of(module, params)
  assert jax.tree.all(jax.tree.map(lambda a, b: (a == b).all(), back, params))


def channels_first(torch, x):
  return torch.from_numpy(np.moveaxis(np.array(x), -1, 1).copy())


def test_the_loss_is_ours(torch):
  logits = jax.random.normal(jax.random.key(0), (2, 3, 4, 5, 3))
  labels = jax.random.randint(jax.random.key(1), logits.shape[:-1], 0, 3)
  theirs = torch_fits.segmentation_loss(
    channels_first(torch, logits), torch.from_numpy(np.array(labels)).long()
  )
  ours = losses.segmentation_loss(logits, labels)
  assert theirs.item() == pytest.approx(float(ours), rel=1e-5)


def volumes(torch_fits):
  """Two volumes whose second one shows class 1 in a single voxel."""
  images = np.arange(2 * 6 * 6 * 6, dtype=np.float32).reshape(2, 6, 6, 6, 1)
  labels = np.zeros((2, 6, 6, 6), np.uint8)
  labels[1, 4, 4, 1] = 1
  labels[0, 5, 5, 5] = 2  # beyond what may be read
  sizes = np.array([[5, 5, 5], [6, 6, 6]])
  return images, labels, torch_fits.gather(images, labels, sizes, 3)


def test_patches_lie_around_a_voxel_of_the_class(torch):
  images, _, data = volumes(torch_fits)
  recipe = torch_fits.Recipe((2, 2, 4), 64, 1e-2, "adam", 1.0, 0.0)
  x, y = torch_fits.draw_batch(np.random.default_rng(0), data, recipe)
  assert x.shape == (64, 1, 2, 2, 4) and y.shape == (64, 2, 2, 4)
  assert len(data.voxels) == 2  # class 2 is nowhere to be seen
  shown = y.flatten(1).amax(1) == 1
  assert 16 < int(shown.sum()) < 48
  # Around (4, 4, 1), kept inside: from (3, 3, 0).
  np.testing.assert_array_equal(x[shown][0, 0], images[1, 3:5, 3:5, :4, 0])


def test_patches_anywhere_stay_where_may_be_read(torch):
  images, _, data = volumes(torch_fits)
  recipe = torch_fits.Recipe((4, 4, 4), 64, 1e-2, "adam", 0.0, 0.0)
  x, _ = torch_fits.draw_batch(np.random.default_rng(0), data, recipe)
  corners = set(x[:, 0, 0, 0, 0].tolist())
  room = [images[i, : n - 3, : n - 3, : n - 3] for i, n in ((0, 5), (1, 6))]
  assert corners <= {v for part in room for v in part.ravel().tolist()}
  assert len(corners) > 20


def test_muon_steps_are_ours_but_for_their_rounding(torch):
  _, params, _ = our_net(light=True)
  module = torch_nets.torch_unet(3, (8, 16), 3, dropout=0.0, light=True)
  module.to(memory_format=torch_nets.layout(3))
  torch_nets.load_params(module, params)
  rng = np.random.default_rng(0)
  x = torch.from_numpy(rng.normal(size=(2, 1, 4, 8, 4)).astype(np.float32))
  y = torch.from_numpy(rng.integers(0, 3, (2, 4, 8, 4)))
  slopes = copy.deepcopy(module)
  torch_fits.segmentation_loss(slopes(x), y).backward()
  for weight in slopes.parameters():
    weight.data = weight.grad
  rule = muon_with_adam()
  grads = torch_nets.params_of(slopes, params)
  wanted, _ = rule.update(grads, rule.init(params), params)
  recipe = torch_fits.Recipe((4, 8, 4), 2, 0.1, "muon", clip=0.0)
  torch_fits.make_step(module, recipe)(x, y, 0.1)
  found = torch_nets.params_of(module, params)
  for before, after, step in zip(
    *map(jax.tree.leaves, (params, found, wanted)), strict=True
  ):
    # torch makes matrices orthogonal in bfloat16.
    error = jnp.linalg.norm((before - after) / 0.1 - step)
    assert error < 0.05 * jnp.linalg.norm(step)


@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_a_fit_lowers_the_loss(torch, optimizer):
  images = np.random.default_rng(0).normal(size=(2, 6, 6, 6, 1))
  data = torch_fits.gather(images, images[..., 0] > 0, np.full((2, 3), 6), 2)
  torch.manual_seed(0)
  module = torch_nets.torch_unet(3, (8, 16), 2, dropout=0.1, light=True)
  recipe = torch_fits.Recipe((4, 4, 4), 2, 3e-2, optimizer)
  x, y = torch_fits.draw_batch(np.random.default_rng(1), data, recipe)
  before = torch_fits.segmentation_loss(module.eval()(x), y).detach()
  assert torch_fits.fit(module, data, recipe, 30, 0) > 0
  after = torch_fits.segmentation_loss(module(x), y).detach()
  assert after < 0.75 * before


def test_both_train_and_score_on_the_validation_part(torch):
  given = types.SimpleNamespace(
    data="phantom",
    validation=4,
    labels=3,
    set=["widths=8,16", "patch=8,8,8", "phantom_items=12"],
  )
  ready = bench.make_bench(given)
  assert ready.config.schedule == "warmup_cosine"  # that of `rates_of`
  for kind in ("ours", "torch"):
    contender = Contender(kind, 1e-2, 1)
    row = bench.fit(ready, contender, budget=0.004, seed=1, ms=1.0)
    assert row[:6] == (kind, 1e-2, 1, 0.004, 1, 4)
    assert row.seconds > 0 and 0 <= row.score <= 1
  assert len(ready.tasks["unet"].split.test) == 4
  assert jnp.ndim(ready.tasks["unet"].labels) == 4
