"""Time of one optimiser step: ours, flax's own convolution, and torch.

    python -m experiments.benchmarks.training --csv=training.csv

Every contender takes its turn in every repeat, in one process. Torch suffers
more than XLA from other work on its cores: believe runs at low load only.
"""

import csv
import functools
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple
from unittest import mock

import flax
import flax.linen as nn
import jax
import optax
from absl import app, flags

from alx.devices.processes import cores_here
from alx.models import Model, layers, make_cnn, make_unet
from experiments.benchmarks.torch_nets import layout, torch_cnn, torch_unet

try:
  import torch
except ImportError:  # the peer is optional: pip install alx[bench]
  torch = None

_REPEATS = flags.DEFINE_integer("repeats", 9, "Timed turns per contender.")
_STEPS = flags.DEFINE_integer("steps", 20, "Steps of ours in one scan.")
_FLAX_STEPS = flags.DEFINE_integer(
  "flax_steps", 0, "Steps of flax's convolution in one scan, once; 0: none."
)
_ONLY = flags.DEFINE_list("only", [], "Names of nets; empty: all.")
_CSV = flags.DEFINE_string("csv", "", "Also write the table to this file.")


class Net(NamedTuple):
  """A net and the batch that it is timed on."""

  model: Model
  shape: tuple[int, ...]  # of a batch, [B,*sp,channels]
  widths: tuple[int, ...]
  num_classes: int
  voxelwise: bool  # a label for each voxel, or one for each item


class Contender(NamedTuple):
  """Something to time."""

  run: Callable  # () -> None, returns when done
  steps: int  # optimiser steps of one run
  compile_s: float = 0.0


def unet(shape: tuple, widths: tuple) -> Net:
  """A U-Net for three classes."""
  return Net(make_unet(len(shape) - 2, 3, widths), shape, widths, 3, True)


NETS = {
  "unet_2d": lambda: unet((8, 128, 128, 1), (16, 32, 64, 128, 256)),
  "unet_3d": lambda: unet((4, 32, 48, 32, 1), (8, 16, 32)),
  "cnn": lambda: Net(make_cnn(10), (64, 28, 28, 1), (16, 32, 64), 10, False),
}


class FlaxConv(nn.Module):
  """flax's own convolution with the signature of ours."""

  features: int

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    """[B,*sp,I] -> [B,*sp,features]."""
    window = (3,) * (x.ndim - 2)
    return nn.Conv(self.features, window, use_bias=False)(x)


def jax_contender(net: Net, steps: int, scan: bool) -> Contender:
  """Compiles one step, or a scan of `steps` of them."""
  optimizer = optax.adam(1e-3)
  x = jax.random.normal(jax.random.key(0), net.shape)
  labels = net.shape[:-1] if net.voxelwise else net.shape[:1]
  y = jax.random.randint(jax.random.key(1), labels, 0, net.num_classes)

  def loss(params, key):
    logits, _ = net.model.apply(params, x, key)
    each = optax.softmax_cross_entropy_with_integer_labels(logits, y)
    return each.mean()

  def step(state, key):
    params, moments = state
    grads = jax.grad(loss)(params, key)
    updates, moments = optimizer.update(grads, moments, params)
    return (optax.apply_updates(params, updates), moments), None

  params = net.model.init(jax.random.key(2), x)
  state = (params, optimizer.init(params))
  keys = jax.random.split(jax.random.key(3), steps)
  many = functools.partial(jax.lax.scan, step)
  fn, keys = (many, keys) if scan else (step, keys[0])
  start = time.perf_counter()
  compiled = jax.jit(fn).lower(state, keys).compile()
  seconds = time.perf_counter() - start
  return Contender(
    lambda: jax.block_until_ready(compiled(state, keys)), steps, seconds
  )


def torch_net(net: Net):
  """The same layers in the same order as a torch module."""
  if net.voxelwise:
    return torch_unet(len(net.shape) - 2, net.widths, net.num_classes)
  return torch_cnn(net.widths, net.num_classes)


def torch_contender(net: Net) -> Contender:
  """One step of torch, channels last, on every core it may use."""
  torch.set_num_threads(len(cores_here()))
  batch, *extents, channels = net.shape
  memory = layout(len(extents))
  x = torch.randn(batch, channels, *extents).to(memory_format=memory)
  labels = (batch, *extents) if net.voxelwise else (batch,)
  y = torch.randint(0, net.num_classes, labels)
  module = torch_net(net).to(memory_format=memory)
  adam = torch.optim.Adam(module.parameters(), 1e-3, foreach=True)

  def run():
    adam.zero_grad()
    torch.nn.functional.cross_entropy(module(x), y).backward()
    adam.step()

  return Contender(run, 1)


def timings(contenders: dict[str, Contender], repeats: int) -> dict:
  """Milliseconds of each step; all take one turn in every repeat."""
  seconds = {name: [] for name in contenders}
  for each in contenders.values():
    each.run()
  for _ in range(repeats):
    for name, each in contenders.items():
      start = time.perf_counter()
      each.run()
      seconds[name].append((time.perf_counter() - start) / each.steps)
  return {n: [1e3 * s for s in each] for n, each in seconds.items()}


def ratios(times: dict, summary: str) -> dict:
  """Ratios of ours to peers; `_best`: of the least disturbed turns."""
  pairs = [("scan", "alone"), ("scan", "flax"), ("alone", "flax")]
  pairs += [("scan", "torch"), ("alone", "torch")] if torch else []
  return {f"{a}/{b}{summary}": times[a] / times[b] for a, b in pairs}


def measure(name: str) -> dict:
  """One row: milliseconds per step, ratios, seconds of compilation."""
  net = NETS[name]()
  contenders = {
    "alone": jax_contender(net, 1, scan=False),
    "scan": jax_contender(net, _STEPS.value, scan=True),
  }
  with mock.patch.object(layers, "Conv", FlaxConv):
    contenders["flax"] = jax_contender(NETS[name](), 1, scan=False)
    if _FLAX_STEPS.value:
      slow = jax_contender(NETS[name](), _FLAX_STEPS.value, scan=True)
  if torch is not None:
    contenders["torch"] = torch_contender(net)
  turns = timings(contenders, _REPEATS.value)
  middle = {k: statistics.median(v) for k, v in turns.items()}
  best = {k: min(v) for k, v in turns.items()}
  row = {"net": name} | {f"{k}_ms": v for k, v in middle.items()}
  row |= {f"{k}_best_ms": v for k, v in best.items()}
  row |= ratios(middle, "") | ratios(best, "_best")
  if _FLAX_STEPS.value:
    row["flax_scan_ms"] = timings({"scan": slow}, 1)["scan"][0]
  compiled = {k: c.compile_s for k, c in contenders.items() if c.compile_s}
  return row | {f"compile_{k}_s": v for k, v in compiled.items()}


def versions() -> str:
  """The machine and what ran on it."""
  device = jax.devices()[0].device_kind
  peers = f"flax {flax.__version__}, torch {torch and torch.__version__}"
  python = f"python {platform.python_version()}, jax {jax.__version__}"
  where = f"{platform.machine()}, {len(cores_here())} cores, {device}"
  return f"{where}, load {os.getloadavg()[0]:.1f}; {python}, {peers}"


def main(_: list[str]) -> None:
  """Prints the table and writes it."""
  print(versions())
  for name in _ONLY.value:
    if name not in NETS:
      raise app.UsageError(f"no net {name!r}; there are: {', '.join(NETS)}")
  rows = []
  for name in _ONLY.value or NETS:
    rows.append(measure(name))
    for key, value in rows[-1].items():
      shown = value if isinstance(value, str) else f"{value:.3g}"
      print(f"{key:>18} {shown}", flush=True)
  if _CSV.value:
    with open(_CSV.value, "w", newline="", encoding="utf-8") as file:
      fields = list(dict.fromkeys(key for row in rows for key in row))
      writer = csv.DictWriter(file, fields, lineterminator="\n")
      writer.writeheader()
      writer.writerows(rows)


if __name__ == "__main__":
  app.run(main)
