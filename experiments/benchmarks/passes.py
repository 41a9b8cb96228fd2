"""Time of MC dropout on slices: the trunk once against full passes.

    python -m experiments.benchmarks.passes
    python -m experiments.benchmarks.passes --slices=acdc_slices_128.npz

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

from alx import data
from alx.acquisition.scores import passes
from alx.models import make_unet
from alx.training.learner import sample_keys
from experiments.benchmarks.acquisition_case import Case
from experiments.benchmarks.acquisition_measure import machine, measure

MODEL = make_unet(2, 4, (16, 32, 64, 128, 256), dropout=0.2)
OURS, SEQUENTIAL = "trunk once", "full passes, one by one"
VMAPPED = "full passes, one vmap"
BAR = 8.0  # times faster than full passes one by one
PASSES, BLOCKS, BLOCK, EXTENT = 32, 4, 4, 128
_MULTIPLE = 16  # of pixels, that the U-Net wants


class Inputs(NamedTuple):
  """What is scored, block by block."""

  keys: jax.Array  # [blocks, S, B] of a pass and a slice
  params: dict
  slices: jax.Array  # [blocks, B, H, W, channels]


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("slices", "", "An .npz of images; without it noise.")
  flags.DEFINE_integer("passes", PASSES, "T, MC-dropout passes.", lower_bound=1)
  flags.DEFINE_integer("blocks", BLOCKS, "Blocks of slices.", lower_bound=1)
  flags.DEFINE_integer("block", BLOCK, "Slices of a block.", lower_bound=1)
  flags.DEFINE_integer("extent", EXTENT, "Of noise, multiple of 16, pixels.")
  flags.DEFINE_integer("repeats", 5, "Turns that count.", lower_bound=1)


def noise(count: int, extent: int = EXTENT) -> np.ndarray:
  """[N, H, W, 1] float32; time does not depend on what is in slices."""
  rng = np.random.default_rng(0)
  return rng.standard_normal((count, extent, extent, 1), np.float32)


def read_slices(path: str, count: int) -> np.ndarray:
  """[N, H, W, channels] float32: images of a file, from its first to its last.

  Raises:
    ValueError: not such a file, or extents that the U-Net cannot halve.
  """
  images = data.load(path).images
  chosen = np.linspace(0, len(images) - 1, count).astype(int)
  slices = np.stack([images[i] for i in chosen], dtype=np.float32)
  if slices.ndim != 4 or any(n % _MULTIPLE for n in slices.shape[1:3]):
    wanted = f"slices whose extents are multiples of {_MULTIPLE}"
    raise ValueError(f"{path}: wanted {wanted}, found {slices.shape[1:-1]}")
  return slices


def make_inputs(
  num_passes: int, block: int, slices: np.ndarray, seed: int
) -> Inputs:
  """Keys, parameters, and slices [N, H, W, channels] in blocks of `block`."""
  key_params, key_passes = jax.random.split(jax.random.key(seed))
  items = jnp.arange(len(slices)).reshape(-1, block)
  keys = jax.vmap(lambda i: sample_keys(key_passes, i, num_passes))(items)
  blocks = jnp.asarray(slices).reshape(-1, block, *slices.shape[1:])
  return Inputs(keys, jax.jit(MODEL.init)(key_params, blocks[0]), blocks)


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


def comparison(
  num_passes: int, block: int, slices: np.ndarray, repeats: int
) -> Table:
  """The table of all three on slices [N, H, W, channels]."""
  extent = "x".join(map(str, slices.shape[1:3]))
  title = f"T={num_passes} N={len(slices)} {extent}"
  make = partial(make_inputs, num_passes, block, slices)
  return table(compare(make, title, repeats), title)


def main(_: list[str]) -> None:
  """Compares and prints."""
  console, options = Console(), flags.FLAGS
  console.print(", ".join(f"{k} {v}" for k, v in machine().items()))
  console.print(f"load {os.getloadavg()[0]:.1f}")
  count = options.blocks * options.block
  if options.slices:
    slices = read_slices(options.slices, count)
  else:
    slices = noise(count, options.extent)
  sizes = options.passes, options.block
  console.print(comparison(*sizes, slices, options.repeats))


if __name__ == "__main__":
  define_flags()
  app.run(main)
