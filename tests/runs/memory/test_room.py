"""A fit tells its memory, and is refused where it has no room."""

import dataclasses
import functools
import io
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rich.console import Console

from alx.data import patches
from alx.data.dataset import DataError, Dataset
from alx.devices import memory
from alx.pool import init_pool, mark_labelled
from alx.runs.memory import room
from alx.runs.problem import learning
from alx.runs.settings.config import Config
from alx.runs.settings.recipes import RECIPES, fill
from tests.compiles import COMPILED

SIDE = 16
LABELS = np.zeros((2, SIDE, SIDE), np.uint8)
LABELS[:, 4:9, 4:9] = 1
DATASET = Dataset(
  name="squares",
  task="segmentation",
  ids=("a", "b"),
  images=tuple(LABELS[..., None].astype(np.float32)),
  labels=tuple(LABELS),
  class_names=("background", "square"),
  spacing_mm=(None,) * 2,
  groups=None,
  split=None,
  left_out=(),
)
CONFIG = fill(
  Config(data="squares", widths=(2, 4), steps=1, patch=(SIDE, SIDE), batch=2),
  RECIPES["classic"]["segmentation", 2],
)


@pytest.fixture(scope="module")
def task():
  """(key, params, images, labels, pool): what a fit is given."""
  learner = learning.make_learner(CONFIG, DATASET)
  images = patches.stack_images(list(DATASET.images), CONFIG.patch)
  pool = mark_labelled(init_pool(2), jnp.arange(2, dtype=jnp.int32))
  images, labels = jax.tree.map(jnp.asarray, (images, LABELS))
  params = learner.init(jax.random.key(0))
  return jax.random.key(1), params, images, labels, pool


@functools.cache
def of_patch(patch):
  """The program of a fit; compiled once for all tests."""
  config = dataclasses.replace(CONFIG, patch=patch)
  return jax.jit(learning.make_learner(config, DATASET).fit)


@pytest.fixture
def fit():
  look = room.looking(room.about(CONFIG), jax.local_devices()[:1], of_patch)
  return memory.Watched(of_patch(CONFIG.patch), look)


def lines_of(fit, task):
  """What is told while it runs twice."""
  console = Console(file=io.StringIO(), width=400)
  with room.telling(console):
    for _ in range(2):
      fit(*task)
  return console.file.getvalue().splitlines()


def fill_up(monkeypatch, free):
  monkeypatch.setattr(memory, "free_on", lambda devices: free)


def test_a_large_share_is_told_once_and_nothing_compiles_twice(
  task, monkeypatch
):
  jax.block_until_ready(task)
  learner = learning.make_learner(CONFIG, DATASET)
  fit = learning.compiled_fit(learner.fit, CONFIG, DATASET)
  need = memory.need_of(fit, *task)
  before = len(COMPILED)
  fill_up(monkeypatch, 9 * need.beside)
  (line,) = lines_of(fit, task)
  assert len(COMPILED) == before
  beside, free, given = (
    f"{n / 1e6:.1f} MB" for n in (need.beside, 9 * need.beside, need.given)
  )
  assert line == (
    f"memory: a fit with 2 patches of 16x16 in a batch takes {beside} on each "
    f"device of {free} free, beside {given} of images, labels and parameters"
  )


def test_a_small_share_of_a_cpu_is_not_told(fit, task, monkeypatch):
  fill_up(monkeypatch, math.inf)
  assert lines_of(fit, task) == []


def test_what_has_no_room_names_the_largest_patch_that_fits(
  fit, task, monkeypatch
):
  need = memory.need_of(fit, *task).beside
  fill_up(monkeypatch, need / 2)
  with pytest.raises(DataError) as refused:
    fit(*task)
  start, _, rest = str(refused.value).partition("; the largest patch that fits")
  assert start == (
    "memory: a fit with 2 patches of 16x16 in a batch wants "
    f"{need / 1e6:.1f} MB on each device, found {need / 2e6:.1f} MB free"
  )
  sides, size = rest.removeprefix(" is --set=patch=").split(" ")[:2]
  side = int(sides.split(",")[0])
  assert sides == f"{side},{side}" and side % 2 == 0 and side < SIDE
  assert float(size.removeprefix("(")) <= round(need / 2e6, 1)


def test_the_patch_that_is_named_is_not_refused(fit, task, monkeypatch):
  need = memory.need_of(fit, *task).beside
  fill_up(monkeypatch, 0.7 * need)
  with pytest.raises(DataError) as refused:
    fit(*task)
  sides = str(refused.value).partition("--set=patch=")[2].split(" ")[0]
  patch = tuple(map(int, sides.split(",")))
  about = room.about(dataclasses.replace(CONFIG, patch=patch))
  look = room.looking(about, jax.local_devices()[:1], of_patch)
  assert np.isfinite(memory.Watched(of_patch(patch), look)(*task)[1]).all()


def test_no_patch_fits(fit, task, monkeypatch):
  fill_up(monkeypatch, 0.0)
  with pytest.raises(DataError, match=r"0\.0 MB free, and no smaller patch"):
    fit(*task)


def test_several_seeds_at_once_are_estimated(task, monkeypatch):
  fill_up(monkeypatch, memory.need_of(of_patch(CONFIG.patch), *task).beside / 2)
  look = room.looking(room.about(CONFIG), jax.local_devices()[:1])
  with pytest.raises(DataError, match=r"by estimate.*one seed at a time"):
    look(of_patch(CONFIG.patch), task)


def test_items_that_are_taken_whole_have_no_smaller_patch(task, monkeypatch):
  fill_up(monkeypatch, 1000.0)
  about = room.about(dataclasses.replace(CONFIG, model="cnn"))
  look = room.looking(about, jax.local_devices()[:1], of_patch)
  with pytest.raises(DataError, match="2 items of 16x16 in a batch") as refused:
    look(of_patch(CONFIG.patch), task)
  assert "patch=" not in str(refused.value)


def test_a_compiler_that_runs_out_of_memory(task):
  class Program:
    def lower(self, *args):
      raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Ran out of hbm")

  look = room.looking(
    room.about(CONFIG), jax.local_devices()[:1], lambda patch: Program()
  )
  with pytest.raises(DataError, match="wants more on each device"):
    look(Program(), task)


def test_other_errors_of_a_compiler_stay_what_they_are(task):
  class Program:
    def lower(self, *args):
      raise jax.errors.JaxRuntimeError("INTERNAL: oh")

  look = room.looking(room.about(CONFIG), jax.local_devices()[:1])
  with pytest.raises(jax.errors.JaxRuntimeError, match="oh"):
    look(Program(), task)
