"""Time of a question whose passes of dropout go over several devices.

    python -m experiments.benchmarks.spread_passes
    python -m experiments.benchmarks.spread_passes --devices=0

A small U-Net asks by BALD on slices of noise: on one device; with the passes on
all devices by `shard_map`, inside of the one program of a question; and by
`pmap`, between its pieces. Whole passes, as of a model without a trunk, and
heads behind a trunk that runs once. The ways take turns in one process; a
figure is the median of --repeats, after a first turn whose rest is compilation;
`cpu_s` counts all cores, and others' work on the machine does not move it much.
`equal` says whether picks and scores have the bits of one device. Devices of a
CPU share its cores: they show what the ways cost, not what more devices save.
"""

import os
import statistics
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.acquisition import BY_NAME
from alx.data import patches
from alx.devices.parallel import over_passes, replicate
from alx.loop import make_loop
from alx.models import make_unet
from alx.training.learner import make_learner
from alx.training.settings import Asking, Training
from experiments.benchmarks.acquisition_measure import machine

ONE, TWIN, PMAP = "one device", "shard_map, one program", "pmap, in pieces"
WHOLE, HEADS = "whole passes", "heads behind a trunk"
DEVICES, PASSES, ITEMS, BLOCK, EXTENT, QUERY = 8, 8, 32, 8, 64, 4
_WIDTHS = (8, 16, 32)


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_integer("devices", DEVICES, "Of a CPU; 0: those there are.")
  flags.DEFINE_integer("passes", PASSES, "S, MC-dropout passes.", 1)
  flags.DEFINE_integer("items", ITEMS, "N, slices of the pool.", QUERY)
  flags.DEFINE_integer("block", BLOCK, "Slices of a block.", 1)
  flags.DEFINE_integer("extent", EXTENT, "Of slices, multiple of 4, pixels.")
  flags.DEFINE_integer("repeats", 5, "Turns that count.", 1)


def make_ask(
  way: str, kind: str, num_passes: int, items: int, block: int, extent: int
) -> Callable:
  """() -> (picks [k], scores [k]): a question, not yet compiled."""
  model = make_unet(2, 2, _WIDTHS, dropout=0.3)
  if kind == WHOLE:
    model = model._replace(trunk=None, head=None)
  over, pieces = None if way == ONE else over_passes, way == PMAP
  training = Training((extent, extent))
  learner = make_learner(model, 2, 1, training, over, pieces)
  asking = Asking(QUERY, block, num_passes, in_pieces=pieces)
  loop = make_loop(learner, BY_NAME["bald"], asking)
  noise = np.random.default_rng(0).standard_normal((items, extent, extent, 1))
  images = patches.stack_images(list(noise.astype(np.float32)), (extent,) * 2)
  like = jax.ShapeDtypeStruct((extent, extent), jnp.uint8)
  state = loop.init(jax.random.key(0), images, like)
  state = state if way == ONE else replicate(state)

  def ask():
    picks, after = jax.block_until_ready(loop.ask(state))
    return np.asarray(picks), np.asarray(after.scores)

  return ask


def compare(kind: str, repeats: int, **sizes: int) -> list[dict]:
  """A row for each way: seconds, those of cores, compilation, equal bits."""
  asks = {way: make_ask(way, kind, **sizes) for way in (ONE, TWIN, PMAP)}
  turns, found = {way: [] for way in asks}, {}
  for _ in range(1 + repeats):
    for way, ask in asks.items():
      start, busy = time.perf_counter(), time.process_time()
      found[way] = ask()
      busy = time.process_time() - busy
      turns[way].append((time.perf_counter() - start, busy))
  rows = []
  for way, ((first, _), *later) in turns.items():
    median, busy = (statistics.median(x) for x in zip(*later, strict=True))
    pairs = zip(found[way], found[ONE], strict=True)
    equal = all(a.tobytes() == b.tobytes() for a, b in pairs)
    row = {"passes": kind, "way": way, "seconds": median, "cpu_s": busy}
    rows.append(row | {"compile_s": first - median, "equal": equal})
  return rows


def table(rows: list[dict], title: str) -> Table:
  """The rows for a terminal."""
  made = Table(*rows[0], title=title)
  for row in rows:
    cells = [x if isinstance(x, str) else f"{x:.3g}" for x in _told(row)]
    made.add_row(*cells)
  return made


def _told(row):
  return (row | {"equal": "yes" if row["equal"] else "no"}).values()


def main(_: list[str]) -> None:
  """Compares and prints."""
  console, options = Console(), flags.FLAGS
  if options.devices:
    jax.config.update("jax_num_cpu_devices", options.devices)
  console.print(", ".join(f"{k} {v}" for k, v in machine().items()))
  console.print(f"load {os.getloadavg()[0]:.1f}")
  names = "items", "block", "extent"
  sizes = {name: getattr(options, name) for name in names}
  sizes["num_passes"] = options.passes
  rows = []
  for kind in (WHOLE, HEADS):
    rows += compare(kind, options.repeats, **sizes)
  kinds = f"{jax.local_device_count()} {jax.local_devices()[0].platform}"
  title = f"{kinds} devices, S={options.passes} N={options.items} in blocks"
  size = f"{options.block}, {options.extent}x{options.extent}"
  console.print(table(rows, f"{title} of {size}"))


if __name__ == "__main__":
  define_flags()
  app.run(main)
