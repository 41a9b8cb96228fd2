"""Seconds of the first query of a process, and of the next ones.

    python -m experiments.benchmarks.first_query
    python -m experiments.benchmarks.first_query --only=badge,k_center

Every method answers four times in a process of its own, imports apart: for k
of N items, for k + 1, for 10 items more, and the first again. `cpu` is what
the process worked, which a busy machine changes less than seconds. `compiled`
counts programs; of the second and third answer it should be 0. Fifteen methods
that are used most come first, some others follow. Believe seconds at low load
only.
"""

import json
import os
import subprocess
import sys
import time

import jax
import numpy as np
from absl import app, flags
from rich.console import Console
from rich.table import Table

import alx
from alx.devices.processes import cores_here

MOST_USED = (
  "random",
  "entropy",
  "margin",
  "confidence",
  "bald",
  "variation_ratio",
  "mean_std",
  "power_bald",
  "batch_bald",
  "badge",
  "bait",
  "k_center",
  "k_means",
  "typiclust",
  "prob_cover",
)
OTHERS = (
  "facility_location",
  "max_cover",
  "fisher",
  "cluster_margin",
  "mutual_information",
  "class_balanced",
  "k_means_pp",
)
_WIDTH, _CLASSES, _SAMPLES = 64, 10, 10
# Seconds of four answers; how many programs were made for the first three.
COLUMNS = ("method", "first s", "cpu s", "made", "k+1 s", "made")
COLUMNS += ("N+10 s", "made", "again s")


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_list("only", [], "Methods; empty: those named above.")
  flags.DEFINE_integer("items", 1000, "N.", lower_bound=40)
  flags.DEFINE_integer("k", 20, "How many are chosen.", lower_bound=1)
  flags.DEFINE_string("alone", "", "Used for the processes of this command.")


def pool(needs: tuple[str, ...], num_items: int) -> dict:
  """Arrays that a method needs, the first 30 of its items labelled."""
  rng = np.random.default_rng(0)
  shape = _SAMPLES, num_items, _CLASSES
  logits = 2 * rng.standard_normal(shape, np.float32)
  given = {"labelled": np.arange(num_items) < 30}
  given["labels"] = np.arange(num_items) % _CLASSES
  if "samples" in needs:
    powers = np.exp(logits)
    given["samples"] = powers / powers.sum(-1, keepdims=True)
  elif "probs" in needs:
    given["logits"] = logits[0]
  if "features" in needs:
    size = num_items, _WIDTH
    given["features"] = rng.standard_normal(size, np.float32)
  return given


def alone(name: str, num_items: int, k: int) -> list[dict]:
  """The four answers of this process: seconds, cpu and programs compiled."""
  compiled = []

  def listen(event, *_, **__):
    if "backend_compile" in event:
      compiled.append(event)

  jax.monitoring.register_event_duration_secs_listener(listen)
  needs, turns = alx.methods()[name].needs, []
  pools = [pool(needs, n) for n in (num_items, num_items + 10)]
  for k_now, given in ((k, 0), (k + 1, 0), (k, 1), (k, 0)):
    start = time.perf_counter(), time.process_time(), len(compiled)
    alx.query(name, k=k_now, **pools[given])
    end = time.perf_counter(), time.process_time(), len(compiled)
    spent = [b - a for a, b in zip(start, end, strict=True)]
    turns.append(dict(zip(("s", "cpu", "compiled"), spent, strict=True)))
  return turns


def in_its_own_process(name: str, num_items: int, k: int) -> list[dict]:
  """The same in a new process."""
  words = [sys.executable, "-m", __spec__.name, f"--alone={name}"]
  words += [f"--items={num_items}", f"--k={k}"]
  done = subprocess.run(words, capture_output=True, text=True, check=False)
  if done.returncode:
    raise RuntimeError(f"{name} failed: {done.stderr.strip()[-500:]}")
  return json.loads(done.stdout.splitlines()[-1])


def row_of(name: str, turns: list[dict]) -> list[str]:
  """A line of the table."""
  first, more, wider, again = turns
  return [
    name,
    f"{first['s']:.2f}",
    f"{first['cpu']:.2f}",
    str(first["compiled"]),
    f"{more['s']:.3f}",
    str(more["compiled"]),
    f"{wider['s']:.3f}",
    str(wider["compiled"]),
    f"{again['s']:.3f}",
  ]


def main(_: list[str]) -> None:
  """Prints a table of all methods, or a line of figures of one."""
  options = flags.FLAGS
  if options.alone:
    print(json.dumps(alone(options.alone, options.items, options.k)))
    return
  known = alx.methods()
  for name in options.only:
    if name not in known:
      raise app.UsageError(f"no method {name!r}; there are: {', '.join(known)}")
  size = f"N = {options.items}, D = {_WIDTH}, C = {_CLASSES}, S = {_SAMPLES}"
  load = f"load {os.getloadavg()[0]:.1f} on {len(cores_here())} cores"
  title = f"{size}, k = {options.k}; {load}"
  table = Table(*COLUMNS, title=title, box=None)
  for name in options.only or (*MOST_USED, *OTHERS):
    turns = in_its_own_process(name, options.items, options.k)
    table.add_row(*row_of(name, turns))
  Console().print(table)


if __name__ == "__main__":
  define_flags()
  app.run(main)
