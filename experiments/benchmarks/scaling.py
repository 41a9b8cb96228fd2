"""What several devices make of one fit: time and memory, strong and weak.

    python -m experiments.benchmarks.scaling
    python -m experiments.benchmarks.scaling --counts=1,2 --data=FOLDER

One fit of a 3-D U-Net on 1, 2, 4 and 8 devices that share a batch and hold the
pool between them. Strong: the same batch for all; weak: so many items for each
device. The losses of the strong fits are compared with those of one device,
step by step. Memory is of one device, as XLA plans it: what is given to the fit
(pool, labels, parameters) and what it needs beside that. Devices of a CPU share
its cores: they show memory, bytes and what sharing costs, not what more devices
save: an item's time to that of one is 1.0 where sharing costs nothing on the
same cores, and would be 1 / devices on devices of their own. Below it stands
what `experiments.benchmarks.costs` says of large studies, on paper.
"""

import re
import sys
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags

from alx import data
from alx.data import patches
from alx.devices.mesh import over_devices
from alx.models import make_unet
from alx.pool import init_pool, mark_labelled
from alx.training.learner import make_learner
from alx.training.settings import Training
from experiments.benchmarks import costs

STRONG, WEAK = "strong", "weak"


class Fitted(NamedTuple):
  """A fit on so many devices."""

  way: str
  devices: int
  batch: int
  seconds: float  # of a step, without compilation
  given: float  # MB on a device: pool, labels, parameters
  beside: float  # MB on a device: what the program needs more
  moved: float  # MB, results of all sums over devices in the program
  losses: np.ndarray


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_list("counts", ["1", "2", "4", "8"], "Devices of a fit.")
  flags.DEFINE_string("data", None, "Task04_Hippocampus, say; or it is made.")
  flags.DEFINE_integer("items", 48, "N, volumes of the pool.", 8)
  flags.DEFINE_integer("batch", 8, "Items of a step, of all devices.", 1)
  flags.DEFINE_integer("share", 2, "Weak: items of a step, of each device.", 1)
  flags.DEFINE_integer("steps", 20, "Of a fit.", 2)
  flags.DEFINE_list("patch", ["24", "40", "24"], "Voxels of a side.")
  flags.DEFINE_list("widths", ["8", "16", "32"], "Channels of the levels.")
  costs.define_flags()


def pool_of(items: int, patch: tuple[int, ...], path: str | None):
  """(Images, labels) of so many volumes: of a data set, or made."""
  if path:
    found = data.load(path)
    images, labels = found.images[:items], found.labels[:items]
  else:
    rng = np.random.default_rng(0)
    shape = (items, *(3 * n // 2 for n in patch))
    labels = (rng.random(shape) < 0.1).astype(np.uint8)
    noise = rng.standard_normal(shape, np.float32)
    images = (labels + noise)[..., None]
  return patches.stack_images(list(images), patch), patches.stack_labels(
    list(labels), patch
  )


def fit_on(way, count, batch, task, training, widths) -> Fitted:
  """Compiles and times one fit."""
  images, labels = task
  spread = over_devices(count)
  classes = int(labels.max()) + 1
  model = make_unet(len(training.patch), classes, widths, 0.1, light=True)
  learner = make_learner(model, classes, 1, training, spread=spread)
  pool = mark_labelled(
    init_pool(len(labels)), jnp.arange(len(labels), dtype=jnp.int32)
  )
  start = jax.jit(learner.init)(jax.random.key(0))
  alike, shared = (jax.random.key(1), start, pool), (images, labels)
  if spread:
    alike, shared = spread.whole(alike), spread.held(shared)
  else:
    shared = jax.tree.map(jnp.asarray, shared)
  given = *alike[:2], *shared, alike[2]
  program = jax.jit(learner.fit).lower(*given).compile()
  jax.block_until_ready(program(*given))
  began = time.perf_counter()
  losses = np.asarray(program(*given)[1])
  seconds = (time.perf_counter() - began) / training.steps
  plan = program.memory_analysis()
  sizes = plan.argument_size_in_bytes / 1e6, plan.temp_size_in_bytes / 1e6
  moved = bytes_summed(program.as_text()) / 1e6
  return Fitted(way, count, batch, seconds, *sizes, moved, losses)


_BYTES = {"f32": 4, "s32": 4, "u32": 4, "u8": 1, "pred": 1, "bf16": 2}
_SUM = re.compile(r"= (\(?[^=]*?)(?:all-reduce|all-gather|reduce-scatter)\(")
_ARRAY = re.compile(r"(\w+)\[([\d,]*)\]")


def bytes_summed(text: str) -> int:
  """Bytes that a device gets from others: once, what a loop does often.

  Args:
    text: of a compiled program.
  """
  total = 0
  for line in text.splitlines():
    if found := _SUM.search(line):
      for kind, shape in _ARRAY.findall(found[1]):
        sides = [int(n) for n in shape.split(",") if n]
        total += _BYTES.get(kind, 4) * int(np.prod(sides))
  return total


def table_of(rows: list[Fitted]) -> list[str]:
  """Lines of Markdown, one for each fit."""
  columns = (
    *("", "devices", "batch", "s a step", "an item's time to that of one"),
    *("MB given", "MB beside", "MB moved a step"),
    "largest difference of a loss",
  )
  return costs.table(columns, [_cells(row, rows) for row in rows])


def _cells(row, rows):
  one = next(r for r in rows if r.way == row.way)
  ratio = (row.seconds / row.batch) / (one.seconds / one.batch)
  apart = ""
  if row.way == STRONG:
    apart = f"{np.abs(row.losses - one.losses).max():.1e}"
  return (
    *(row.way, str(row.devices), str(row.batch), f"{row.seconds:.3f}"),
    *(f"{ratio:.2f}", f"{row.given:.1f}", f"{row.beside:.1f}"),
    *(f"{row.moved:.2f}", apart),
  )


def main(argv: list[str]) -> None:
  """Prints what was measured, and what large studies cost on paper."""
  if len(argv) > 1:
    raise app.UsageError(f"unexpected argument {argv[1]}")
  given = flags.FLAGS
  counts = [int(n) for n in given.counts]
  jax.config.update("jax_num_cpu_devices", max(counts))
  patch, widths = (tuple(map(int, given[n].value)) for n in ("patch", "widths"))
  task = pool_of(given["items"].value, patch, given.data)
  rows = []
  for way, size in ((STRONG, given.batch), (WEAK, 0)):
    for count in counts:
      batch = size or given.share * count
      training = Training(
        patch, given.steps, batch, optimizer="muon", learning_rate=5e-2
      )
      rows.append(fit_on(way, count, batch, task, training, widths))
      print(f"{way}, {count} devices: done", file=sys.stderr, flush=True)
  lines = [*table_of(rows), "", *costs.page(costs.given(given))]
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.run(main)
