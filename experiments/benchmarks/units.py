"""Seconds of scoring volumes by slices, by boxes and whole, beside each other.

    python -m experiments.benchmarks.units
    python -m experiments.benchmarks.units --items=200 --method=entropy

One process, interleaved: in each turn every unit scores the same volumes with
the same network, and the ratio is that of the medians. Volumes are random, of
extents as those of the hippocampus; what a score costs does not depend on what
is in them. Slices and boxes are to cost no more than 1.15 of whole volumes.
"""

import statistics
import time

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.acquisition import BY_NAME
from alx.data.patches import stack_images
from alx.loop.asking import by_unit
from alx.loop.describe import make_describe
from alx.runs.problem import learning
from alx.runs.settings import presets
from alx.runs.settings.config import override
from alx.training.map_blocks import each_block
from alx.training.settings import Asking
from alx.units.make import make_units
from alx.units.spec import parse_unit

TARGET = 1.15
EXTENT = (36, 50, 36)  # of a usual volume


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_integer("items", 40, "Volumes.", 2)
  flags.DEFINE_integer("turns", 5, "Of which medians are taken.", 1)
  flags.DEFINE_integer("samples", 8, "Passes of what wants them.", 2)
  flags.DEFINE_integer("block", 4, "Volumes at a time.", 1)
  flags.DEFINE_list("units", ["whole", "slices:2", "boxes:16"], "Compared.")
  flags.DEFINE_string("method", "bald", "The score.")


def program_of(unit: str, images: list, method: str, samples: int, block: int):
  """A function that scores all units of the volumes, [U]."""
  config = override(
    presets.load("hippocampus"), ["dropout=0.1", "recipe=classic"]
  )
  config = override(
    config, ["patch=32,48,32", "widths=8,16,32", "model=light_unet"]
  )
  learner = learning.learner_of(config, 1, 3)
  stacked = jax.tree.map(jnp.asarray, stack_images(images, config.patch))
  extent = stacked.values.shape[1:-1]
  spec, nothing = parse_unit(unit), [None] * len(images)
  made = make_units(spec, images, nothing, extent)
  units = None if spec.kind == "whole" else made.units
  if made.regions is not None:
    stacked = stacked._replace(regions=jnp.asarray(made.regions))
  settings = Asking(1, block, samples)
  describe = make_describe(learner, BY_NAME[method], settings, units)
  params = learner.init(jax.random.key(0))
  given = jax.random.key(1), params, jnp.zeros(len(images), bool)

  def score():
    def of_block(images, items):
      return describe(*given, images, items)

    return by_unit(each_block(of_block, stacked, block), units)

  return score


def seconds(programs: dict, turns: int) -> dict[str, list[float]]:
  """Seconds of each program, turn by turn, after one that compiles."""
  found = {name: [] for name in programs}
  for turn in range(turns + 1):
    for name, program in programs.items():
      start = time.perf_counter()
      jax.block_until_ready(program())
      if turn:
        found[name].append(time.perf_counter() - start)
  return found


def main(argv: list[str]) -> None:
  """Prints the table; exit code 1 if a unit costs more than it may."""
  del argv
  given, rng = flags.FLAGS, np.random.default_rng(0)
  images = [
    rng.standard_normal((*EXTENT, 1)).astype(np.float32)
    for _ in range(given.items)
  ]
  programs = {
    unit: program_of(unit, images, given.method, given.samples, given.block)
    for unit in given.units
  }
  found = seconds(programs, given.turns)
  table = Table("unit", "seconds", "of whole volumes")
  whole = statistics.median(found[given.units[0]])
  ratios = {unit: statistics.median(s) / whole for unit, s in found.items()}
  for unit, ratio in ratios.items():
    table.add_row(unit, f"{ratio * whole:.3f}", f"{ratio:.3f}")
  Console().print(table)
  if max(ratios.values()) > TARGET:
    raise SystemExit(1)


if __name__ == "__main__":
  define_flags()
  app.run(main)
