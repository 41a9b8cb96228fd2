"""Seconds and memory of choosing from a pool that stays in its file.

    python -m experiments.benchmarks.pool
    python -m experiments.benchmarks.pool --items=100000 --only=k_center --k=100

Writes random embeddings to an .npy in --workdir, maps it, asks a linear head
about all of them block by block, and chooses; every method runs once in a
process of its own. Linux only: memory is what /proc/self/status says.

  peak RSS   VmHWM, the most the process ever held, its libraries and the pages
             of mapped files among it
  peak anon  the most of RssAnon, sampled every 10 ms: without those pages

The target is that what the process holds beyond the mapped file stays under
2 GB, with the features that badge and k_center compare in it, once.
"""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags, logging
from rich.console import Console
from rich.table import Table

from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.scores.embeddings import Factors, residual
from alx.data.arrays.mapped import map_array
from alx.loop.pool_scan import describe_pool
from alx.loop.upload import to_device
from alx.prediction import Prediction

METHODS = ("entropy", "badge", "k_center")
TARGET_GB = 2.0
_ROWS = 2**14  # written at a time
_BLOCK = 2**14  # items described at a time


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_integer("items", 1_000_000, "N, embeddings.", lower_bound=1)
  flags.DEFINE_integer("width", 128, "D, numbers of each.", lower_bound=1)
  flags.DEFINE_integer("classes", 10, "C, of the linear head.", lower_bound=2)
  flags.DEFINE_integer("k", 1000, "How many are chosen.", lower_bound=0)
  flags.DEFINE_list("only", [], f"Of {', '.join(METHODS)}; empty: all.")
  flags.DEFINE_string("workdir", "runs/pool", "Where the .npy is written.")
  flags.DEFINE_string("alone", "", "Used for the processes of this command.")


def write_embeddings(path: pathlib.Path, num_items: int, width: int) -> None:
  """Writes normal numbers [N, D] float32 chunk by chunk; the same every time.

  A file of that name and size is kept.
  """
  header = {
    "descr": "<f4",
    "fortran_order": False,
    "shape": (num_items, width),
  }
  if path.exists() and map_array(path).array.shape == header["shape"]:
    return
  path.parent.mkdir(parents=True, exist_ok=True)
  partial = path.with_suffix(".partial")
  random = np.random.default_rng(0)
  with open(partial, "wb") as file:
    np.lib.format.write_array_header_1_0(file, header)
    for start in range(0, num_items, _ROWS):
      rows = min(_ROWS, num_items - start)
      file.write(random.standard_normal((rows, width), np.float32))
  os.replace(partial, path)


def head(num_classes: int, width: int) -> jax.Array:
  """Weights [D, C] of a linear head."""
  scale = 1.0 / np.sqrt(width)
  return scale * jax.random.normal(jax.random.key(0), (width, num_classes))


@functools.partial(jax.jit, static_argnames="name")
def ask(name: str, weights: jax.Array, items: jax.Array, block: jax.Array):
  """What is kept of a block [B, D] beside its features."""
  probs = jax.nn.softmax(block @ weights)
  if name == "badge":
    return residual(probs)
  key = jax.random.key(0)
  keys = jax.vmap(lambda item: jax.random.fold_in(key, item))(items)
  mask = jnp.ones(block.shape[0], bool)
  return BY_NAME[name].describe(keys, Prediction(probs[None], block, mask))


def describe(name: str, source, weights: jax.Array):
  """The description of the pool on the device."""
  if name == "k_center":
    return to_device(source)
  asked = functools.partial(ask, name)
  kept = describe_pool(asked, weights, source, block=_BLOCK)
  kept = jnp.asarray(kept)
  return Factors(kept, to_device(source)) if name == "badge" else kept


def alone(name: str, path: pathlib.Path, num_classes: int, k: int) -> dict:
  """One method once, in this process."""
  with Memory() as memory:
    source = map_array(path)
    start = time.perf_counter()
    weights = head(num_classes, source.array.shape[1])
    description = jax.block_until_ready(describe(name, source, weights))
    described = time.perf_counter()
    everything = jnp.ones(len(source), bool)
    given = jax.random.key(1), description, Candidates(everything, ~everything)
    select = jax.jit(BY_NAME[name].select, static_argnums=3)
    compiled = select.lower(*given, k).compile()
    ready = time.perf_counter()
    items = np.asarray(compiled(*given))
    done = time.perf_counter()
  return {
    "method": name,
    "picks": len(np.unique(items[items < len(source)])),
    "describe_s": described - start,
    "compile_s": ready - described,
    "choose_s": done - ready,
    "file_gb": path.stat().st_size / 1e9,
    "peak_gb": memory.now("VmHWM") / 1e9,
    "anon_gb": memory.anon / 1e9,
  }


class Memory:
  """The peak of RssAnon while it is open, as `anon`, in bytes."""

  def __enter__(self):
    self.anon, self._over = 0, threading.Event()
    self._thread = threading.Thread(target=self._watch)
    self._thread.start()
    return self

  def __exit__(self, *error):
    self._over.set()
    self._thread.join()

  def _watch(self):
    over = False
    while not over:
      self.anon = max(self.anon, self.now("RssAnon"))
      over = self._over.wait(0.01)

  def now(self, name: str) -> int:
    """A line of /proc/self/status, in bytes."""
    text = pathlib.Path("/proc/self/status").read_text("ascii")
    return 1024 * int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1])


def in_own_process(name: str, argv: list[str]) -> dict:
  """What `alone` returns, or what went wrong."""
  command = [sys.executable, "-m", "experiments.benchmarks.pool"]
  command += [*argv, f"--alone={name}"]
  done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
  if done.returncode:
    return {"method": name, "picks": "failed"}
  return json.loads(done.stdout.splitlines()[-1])


def main(argv: list[str]) -> None:
  """Writes the file, runs one method after the other, prints the table."""
  options, console = flags.FLAGS, Console()
  logging.set_verbosity(logging.WARNING)  # jax tells which backends it lacks
  name = f"embeddings_{options.items}x{options.width}.npy"
  path = pathlib.Path(options.workdir) / name
  if options.alone:
    print(json.dumps(alone(options.alone, path, options.classes, options.k)))
    return
  for name in options.only:
    if name not in METHODS:
      raise app.UsageError(f"no {name!r}; there are: {', '.join(METHODS)}")
  console.print(f"writing {path} ...")
  write_embeddings(path, options.items, options.width)
  same = ("items", "width", "classes", "k", "workdir")
  argv = [f"--{flag}={options[flag].value}" for flag in same]
  show(console, [in_own_process(n, argv) for n in options.only or METHODS])


def show(console: Console, rows: list[dict]) -> None:
  """One line for each method, and whether the target is met."""
  seconds, memory = ("describe", "compile", "choose"), ("file", "RSS", "anon")
  table = Table("method", "picks", *seconds, *memory, title="seconds, peak GB")
  for row in rows:
    table.add_row(*(shown(value) for value in row.values()))
  console.print(table)
  peaks = [row.get("peak_gb", np.inf) for row in rows]
  met = "met" if max(peaks) < TARGET_GB else "missed"
  console.print(f"target: peak RSS under {TARGET_GB:g} GB: {met}")


def shown(value) -> str:
  """Three digits of a float."""
  return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
  define_flags()
  app.run(main)
