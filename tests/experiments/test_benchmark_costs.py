"""Costs on paper: every number by hand, with rates of 1 and small networks."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import pytest

from alx.models import make_kim_unet
from experiments.benchmarks import cost_parts, costs, networks
from experiments.benchmarks.cost_parts import Case, Machine, Part
from experiments.kim.settings import Kim
from tests.command_line import help_of

TINY = Kim(
  data="x",
  widths=(1, 2),
  blocks_down=(1, 1),
  blocks_up=(1,),
  patch=(4, 4),
  start=10,
  query=10,
  rounds=1,
)
USUAL = {name: value for name, (value, _, _) in costs.ASSUMED.items()}


def test_operations_of_a_small_network():
  # 16 voxels, 4 of the coarser level: 3x3 1 -> 1, 3x3 1 -> 2, 1x1 2 -> 1,
  # 3x3 2 -> 1 and the head, two operations for each weight and voxel.
  wanted = 2 * (16 * 9 + 4 * 18 + 4 * 2 + 16 * 18 + 16 * 1)
  assert networks.forward_flops(TINY, 1) == wanted == 1056
  assert networks.training_flops(TINY, 1) == 3 * wanted


@pytest.mark.parametrize("kim", [TINY, Kim(data="x")], ids=["tiny", "full"])
def test_parameters_are_those_of_the_network(kim):
  model = make_kim_unet(
    len(kim.patch),
    2,
    kim.widths,
    down=kim.blocks_down,
    up=kim.blocks_up,
    group_width=kim.group_width,
  )
  x = jnp.zeros((1, *[32] * len(kim.patch), 2))
  found = jax.eval_shape(lambda key: model.init(key, x), jax.random.key(0))
  count = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(found))
  assert networks.parameters(kim, 2) == count


def test_rounds_of_the_protocol():
  # 10 labels, then 20; a fifth is held out; two patches of each of the others.
  # 100 volumes, 30 of them tested on: 60 are asked once, 30 tested twice.
  found = cost_parts.rounds_of(TINY, 100, 30)
  assert found == ([16, 32], 60, 60)


def test_the_sum_of_gradients_goes_round_a_ring():
  a = USUAL | {"inside_gbps": 1.0, "between_gbps": 0.5, "hop_us": 1e6}
  node = Machine("", 2, 4)
  assert cost_parts.all_reduce(a, 4e9, 1, node) == (0, 0)
  # 6 turns of a quarter of 4 GB, and a second for each turn.
  assert cost_parts.all_reduce(a, 4e9, 4, node) == (6e9, 6 + 6)
  # 14 turns of an eighth of 4 GB over the slower link.
  assert cost_parts.all_reduce(a, 4e9, 8, node) == (7e9, 14 + 14)


def parts_of(parts, devices):
  return {p.name: p for p in parts if p.machine.devices == devices}


def test_rows_have_a_device_each_or_share_more(monkeypatch):
  monkeypatch.setattr(cost_parts, "EXTENT", (4, 4))
  # The longest fit, 32 steps an epoch, takes an hour: 112.5 s a step.
  a = USUAL | {"arms": 2.0, "seeds": 1.0, "gpus": 4.0, "hosts": 1.0}
  a |= {"epochs": 1.0, "fit_hours": 1.0, "volumes": 100.0, "tested": 30.0}
  alone = [*cost_parts.study(a, TINY, shared=False)]
  shared = [*cost_parts.study(a, TINY, shared=True)]
  one, four = parts_of(alone, 1), parts_of(alone, 4)
  # Two rows in turn of 16 + 32 steps; then side by side on two devices each.
  assert one["fits"].steps == 2 * 48 and four["fits"].steps == 48
  assert one["fits"].work == pytest.approx(2 * 48 * 112.5)
  both = parts_of(shared, 4)["fits"]
  assert both.steps == 24 and both.work == pytest.approx(24 * 112.5)
  # Each of two devices sends all of the gradient once.
  size = 4 * networks.parameters(TINY, cost_parts.CHANNELS)
  assert both.sent == pytest.approx(24 * size)
  # Whole volumes are one window: 60 of them, by 1 and by 2 devices of a row;
  # the way there is a third of a step.
  assert one["asking"].steps == 2 * 60 and four["asking"].steps == 30
  assert four["testing"].work == pytest.approx(30 * 112.5 / 3)
  assert one["reading"].taken == four["reading"].taken


def test_picks_from_embeddings():
  a = USUAL | {"embeddings": 100.0, "features": 2.0, "picks": 3.0}
  a |= {"ahead": 1.0, "gpus": 2.0, "gpu_gbps": 400e-9, "disk_gbps": 400e-9}
  a |= {"inside_gbps": 1e9, "exchange_ms": 500.0}
  found = [*cost_parts.embeddings(a)]
  one, two = parts_of(found, 1), parts_of(found, 2)
  # 800 bytes at 400 a second; half of them on each of two.
  assert one["reading"].read == one["entropy"].seconds == 2
  assert one["k_center"].seconds == 3 * 2
  assert two["k_center"].work == 3 * 1
  assert two["k_center"].exchange == pytest.approx(3 * 0.5)
  # Two rows of 8 bytes with a score and an item, three times, to one other.
  assert two["k_center"].sent == 3 * 2 * 16
  assert two["entropy"].sent == 3 * 8


def test_volumes_from_a_store():
  a = USUAL | {"streamed": 1000.0, "store_gbps": 10.0, "between_gbps": 5.0}
  a |= {"gpus": 8.0, "hosts": 64.0}
  found = [*cost_parts.streamed(a, costs.KIM)]
  size = 1000 * 240 * 240 * 155 * 2 * 4
  # A single host has a port of 5 GB/s, many the 10 of the store.
  for devices, rate in ((1, 5e9), (8, 5e9), (512, 10e9)):
    reading = parts_of(found, devices)["reading"]
    assert reading.taken == size and reading.read == size / rate
  # 5 x 5 x 2 windows of 128 voxels every 32 of them.
  assert parts_of(found, 8)["asking"].steps == 125 * 50


def test_the_part_that_gains_least_is_named():
  one, ten = Machine("one", 1, 1), Machine("ten", 1, 10)
  parts = [
    Part("fits", one, "", work=100.0),
    Part("reading", one, "", read=10.0),
    Part("choosing", one, "", work=0.1),
    Part("fits", ten, "there are few", work=10.0),
    Part("reading", ten, "it is one store", read=8.0),
    Part("choosing", ten, "nobody minds", work=0.1),
  ]
  line = costs.stops_first(Case("a study", parts))
  assert line == (
    "a study: **reading** stops first. ten is 10 devices; it is 1.25 times as "
    "fast, and 44% of the time there: it is one store."
  )


def test_memory_where_devices_share_the_pool():
  kim = dataclasses.replace(TINY, widths=(1, 2))
  a = USUAL | {"volumes": 10.0, "kept_maps": 3.0}
  pool = 10 * 240 * 240 * 155 * (2 * 4 + 1)
  step = 4 / 3 * 3 * 16 * 4 + 16 * networks.parameters(kim, 2)
  assert cost_parts.held(a, kim, 2) == pytest.approx(pool / 2 + step)


@pytest.mark.parametrize(
  ("seconds", "text"),
  [
    *((0.0, ""), (0.0021, "2.1 ms"), (1.5, "1.5 s"), (90, "90 s")),
    *((600, "10 min"), (36_000, "10 h"), (864_000, "10 d")),
  ],
)
def test_durations(seconds, text):
  assert costs.duration(seconds) == text


@pytest.mark.parametrize(
  ("count", "text"),
  [(0, ""), (56_000, "56 kB"), (2e9, "2 GB"), (1.5e12, "1.5 TB")],
)
def test_sizes(count, text):
  assert costs.size_of(count) == text


def test_the_page_has_every_assumption_and_case():
  text = "\n".join(costs.page(USUAL))
  assert all(f"`--{name}`" in text for name in costs.ASSUMED)
  assert text.count("stops first") == len(costs.cases(USUAL)) == 4
  assert "21,357,633 parameters" in text


def test_every_assumption_is_a_flag():
  _, text = help_of("experiments.benchmarks.costs")
  assert all(f"--{name}:" in text for name in costs.ASSUMED)
