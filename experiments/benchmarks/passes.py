"""Time of MC dropout on slices: the trunk once against full passes.

    python -m experiments.benchmarks.passes

A U-Net whose dropout sits behind its trunk scores slices by the disagreement
of --passes passes, in three ways that take turns in one process; a figure is
the median of --repeats turns after one that does not count, and compilation is
timed apart. All three draw the same masks; `agree` is the share of slices with
equal scores. In full passes that are vmapped each pass has its own copy of the
slices, as where a batch is repeated: over the keys alone `vmap` would leave the
trunk unbatched and run it once by itself. Believe runs at low load only.
"""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.acquisition import passes
from alx.learner import sample_keys
from alx.models import make_unet
from experiments.benchmarks.acquisition_case import Case
from experiments.benchmarks.acquisition_measure import machine, measure

MODEL = make_unet(2, 4, (16, 32, 64, 128, 256), dropout=0.2)
OURS, SEQUENTIAL = "trunk once", "full passes, one by one"
VMAPPED = "full passes, one vmap"
BAR = 8.0  # times faster than full passes one by one


class Inputs(NamedTuple):
  """What is scored, block by block."""

  keys: jax.Array  # [blocks, S, B] of a pass and a slice
  params: dict
  slices: jax.Array  # [blocks, B, H, W, 1]


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_integer("passes", 32, "T, MC-dropout passes.", lower_bound=1)
  flags.DEFINE_integer("blocks", 4, "Blocks of slices.", lower_bound=1)
  flags.DEFINE_integer("block", 4, "Slices of a block.", lower_bound=1)
  flags.DEFINE_integer("extent", 128, "Of a slice, multiple of 16, pixels.")
  flags.DEFINE_integer("repeats", 5, "Turns that count.", lower_bound=1)


def make_inputs(
  num_passes: int, blocks: int, block: int, extent: int, seed: int
) -> Inputs:
  """Noise for slices; time does not depend on what is in them."""
  key_params, key_slices, key_passes = jax.random.split(jax.random.key(seed), 3)
  slices = jax.random.normal(key_slices, (blocks, block, extent, extent, 1))
  items = jnp.arange(blocks * block).reshape(blocks, block)
  keys = jax.vmap(lambda i: sample_keys(key_passes, i, num_passes))(items)
  return Inputs(keys, jax.jit(MODEL.init)(key_params, slices[0]), slices)


def full_pass(keys: jax.Array, params: dict, slices: jax.Array) -> jax.Array:
  """Probabilities [B,H,W,C] of one pass through trunk and head."""

  def one(key, x):
    return MODEL.apply(params, x[None], key)[0][0]

  return jax.nn.softmax(jax.vmap(one)(keys, slices))


def score(summary: passes.Summary) -> jax.Array:
  """Mean disagreement of a slice: [B,H,W,C] inside -> [B]."""
  return passes.disagreement(summary).mean((1, 2))


def trunk_once(inputs: Inputs) -> jax.Array:
  """Scores [blocks, B]; only heads run for each pass, and none is kept."""

  def of_block(block):
    keys, slices = block
    hidden, _ = MODEL.trunk(inputs.params, slices)

    def head(key, x):
      return MODEL.head(inputs.params, x[None], key)[0]

    def probs_of(index):
      return jax.nn.softmax(jax.vmap(head)(keys[index], hidden))

    return score(passes.summarise_passes(probs_of, keys.shape[0]))

  return jax.lax.map(of_block, (inputs.keys, inputs.slices))


def vmapped(inputs: Inputs) -> jax.Array:
  """Scores [blocks, B]; all passes of a block are one batch."""

  def of_block(block):
    keys, slices = block
    copies = jnp.broadcast_to(slices, (keys.shape[0], *slices.shape))
    copies = jax.lax.optimization_barrier(copies)
    run = jax.vmap(full_pass, (0, None, 0))
    return score(passes.summarise(run(keys, inputs.params, copies)))

  return jax.lax.map(of_block, (inputs.keys, inputs.slices))


def compile_sequential(inputs: Inputs) -> Callable:
  """Scores [blocks, B]; one program for a pass, called again and again."""

  def add(summary, keys, params, slices):
    return passes.add(summary, full_pass(keys, params, slices))

  arguments = inputs.keys[0, 0], inputs.params, inputs.slices[0]
  start = passes.empty(jax.eval_shape(full_pass, *arguments).shape)
  add = jax.jit(add).lower(start, *arguments).compile()
  finish = jax.jit(score).lower(start).compile()

  def run(inputs):
    scores = []
    for keys, slices in zip(inputs.keys, inputs.slices, strict=True):
      summary = start
      for of_pass in keys:
        summary = add(summary, of_pass, inputs.params, slices)
      scores.append(finish(summary))
    return jnp.stack(scores)

  return run


def compile_all(inputs: Inputs) -> tuple[dict, dict]:
  """Ready programs and the seconds that their compilation took."""
  makers = {
    OURS: lambda: jax.jit(trunk_once).lower(inputs).compile(),
    SEQUENTIAL: lambda: compile_sequential(inputs),
    VMAPPED: lambda: jax.jit(vmapped).lower(inputs).compile(),
  }
  ready, seconds = {}, {}
  for name, make in makers.items():
    start = time.perf_counter()
    ready[name] = make()
    seconds[name] = time.perf_counter() - start
  return ready, seconds


def agree(ours: jax.Array, theirs: jax.Array) -> float:
  """Share of slices whose scores are equal to rounding."""
  return float(np.isclose(ours, theirs, rtol=1e-3, atol=1e-6).mean())


def compare(make: Callable, size: str, repeats: int) -> list[dict]:
  """A row for each of the three: seconds, compilation, ratio, agreement."""
  ready, compiling = compile_all(make(0))
  ours = ready.pop(OURS)
  case = Case("passes", size, {SEQUENTIAL: BAR}, make, ours, ready, agree)
  found = list(measure(case, repeats))
  rows = [{"name": OURS, "seconds": found[0]["ours_s"], "ratio": 1.0}]
  for row in found:
    rows.append({"name": row["baseline"], "seconds": row["theirs_s"]})
    rows[-1] |= {key: row[key] for key in ("ratio", "bar", "met", "agree")}
  return [row | {"compile_s": compiling[row["name"]]} for row in rows]


def table(rows: list[dict], title: str) -> Table:
  """The rows for a terminal."""
  columns = "name", "seconds", "compile_s", "ratio", "bar", "met", "agree"
  made = Table(*columns, title=title)
  for row in rows:
    cells = [row.get(column) for column in columns]
    made.add_row(
      *(f"{x:.3g}" if isinstance(x, float) else x or "" for x in cells)
    )
  return made


def main(_: list[str]) -> None:
  """Compares and prints."""
  console, options = Console(), flags.FLAGS
  console.print(", ".join(f"{k} {v}" for k, v in machine().items()))
  console.print(f"load {os.getloadavg()[0]:.1f}")
  sizes = options.passes, options.blocks, options.block, options.extent
  num_slices = options.blocks * options.block
  size = f"T={sizes[0]} N={num_slices} {options.extent}x{options.extent}"
  rows = compare(partial(make_inputs, *sizes), size, options.repeats)
  console.print(table(rows, size))


if __name__ == "__main__":
  define_flags()
  app.run(main)
