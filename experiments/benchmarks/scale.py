"""Seconds and memory of choosing from a million items of 128 numbers.

    python -m experiments.benchmarks.scale
    python -m experiments.benchmarks.scale --only=k_center --k=1000
    python -m experiments.benchmarks.scale --full
    python -m experiments.benchmarks.scale --per_item=100

Every method runs once in a process of its own; `beside` is the memory that the
compiled program takes beside its input and its picks, `peak` the most that the
process ever held, with what making the input took. With --per_item the rows are
units, so many of each image or volume, of which a batch takes one each. What
compares all pairs of items would take hours at a million: it gets fewer, unless
--full.
"""

import json
import resource
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
from absl import app, flags
from rich.console import Console
from rich.table import Table

from alx.acquisition import BY_NAME, Candidates, configure, settings_of
from alx.acquisition.combinations.combine import capped_per_group
from alx.prediction import Prediction

MILLION = 1_000_000
WIDTH = 128
# Items without --full: fewer where time grows with the square of them.
ITEMS = {
  "entropy": MILLION,
  "k_center": MILLION,
  "prob_cover": 50_000,
  "facility_location": 20_000,
}


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_list("only", [], f"Of {', '.join(ITEMS)}; empty: all.")
  flags.DEFINE_integer("k", 100, "How many are chosen.", lower_bound=1)
  flags.DEFINE_integer("items", 0, "Items for all of them; 0: the defaults.")
  flags.DEFINE_integer("per_item", 1, "Units of an item; one a batch.", 1)
  flags.DEFINE_bool("full", False, "A million items for all of them.")
  flags.DEFINE_string("alone", "", "Used for the processes of this command.")


def inputs(num_items: int, per_item: int) -> tuple[Prediction, Candidates]:
  """Features and probabilities [N, 128]; every thousandth item is labelled."""
  features = jax.random.normal(jax.random.key(0), (num_items, WIDTH))
  labelled = jnp.arange(num_items) % 1000 == 0
  labels = jnp.where(labelled, 0, -1).astype(jnp.int32)
  mask = jnp.ones(num_items, bool)
  prediction = Prediction(None, features, mask, features)
  groups = jnp.arange(num_items, dtype=jnp.int32) // per_item
  return prediction, Candidates(~labelled, labelled, labels, groups)


def tell(name: str):
  """Prints a line every ten seconds."""
  last = [time.monotonic()]

  def progress(done: int, total: int) -> None:
    if time.monotonic() - last[0] > 10:
      last[0] = time.monotonic()
      print(f"{name}: {done} of {total}", file=sys.stderr, flush=True)

  return progress


def alone(name: str, num_items: int, k: int, per_item: int = 1) -> dict:
  """One method once, in this process."""
  acquisition = BY_NAME[name]
  if "progress" in settings_of(acquisition):
    acquisition = configure(acquisition, progress=tell(name))
  if per_item > 1:
    acquisition = capped_per_group(acquisition)
  prediction, candidates = jax.block_until_ready(inputs(num_items, per_item))
  if "features" not in acquisition.needs:
    probs = jax.nn.softmax(prediction.features)[None]
    prediction = Prediction(probs, None, prediction.mask)

  def choose(key, prediction, candidates):
    keys = jax.random.split(key, num_items)
    described = acquisition.describe(keys, prediction)
    return acquisition.select(key, described, candidates, k)

  given = jax.random.key(1), prediction, candidates
  start = time.perf_counter()
  compiled = jax.jit(choose).lower(*given).compile()
  ready = time.perf_counter()
  items = jax.block_until_ready(compiled(*given))
  return {
    "method": name,
    "items": num_items,
    "picks": int((items < num_items).sum()),
    "compile_s": ready - start,
    "seconds": time.perf_counter() - ready,
    "input_gb": num_items * WIDTH * 4 / 1e9,
    "beside_gb": compiled.memory_analysis().temp_size_in_bytes / 1e9,
    "peak_gb": peak_memory() / 1e9,
  }


def peak_memory() -> int:
  """Most bytes this process ever held; Linux counts in kilobytes."""
  peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
  return peak if sys.platform == "darwin" else 1024 * peak


def in_own_process(name: str, num_items: int, k: int, per_item: int) -> dict:
  """What `alone` returns, or what went wrong."""
  command = [sys.executable, "-m", "experiments.benchmarks.scale"]
  command += [f"--alone={name}", f"--items={num_items}", f"--k={k}"]
  command += [f"--per_item={per_item}"]
  done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
  if done.returncode:
    return {"method": name, "items": num_items, "picks": "failed"}
  return json.loads(done.stdout.splitlines()[-1])


def main(_: list[str]) -> None:
  """Runs one after the other and prints the table."""
  options, console = flags.FLAGS, Console()
  if options.alone:
    how = options.alone, options.items, options.k, options.per_item
    print(json.dumps(alone(*how)))
    return
  for name in options.only:
    if name not in ITEMS:
      raise app.UsageError(f"no {name!r}; there are: {', '.join(ITEMS)}")
  columns = "method", "items", "picks", "compile s", "s", "input GB"
  table = Table(*columns, "beside GB", "peak GB")
  for name in options.only or ITEMS:
    count = options.items or (MILLION if options.full else ITEMS[name])
    console.print(f"{name}: {options.k} of {count:,} items ...")
    row = in_own_process(name, count, options.k, options.per_item)
    table.add_row(*(shown(value) for value in row.values()))
  console.print(table)


def shown(value) -> str:
  """Three digits of a float, commas in a count."""
  if isinstance(value, int):
    return f"{value:,}"
  return f"{value:.3g}" if isinstance(value, float) else value


if __name__ == "__main__":
  define_flags()
  app.run(main)
