"""Kills a run again and again; it must end as if nothing had happened.

  python -m experiments.benchmarks.torture --kills=20

The same command is started and, at a random moment, ended by SIGKILL; after
the last kill it runs to its end. Picks, curve and the parameters of the last
round must be those of a run that was left alone, bit for bit.
"""

import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import jax
import numpy as np
from absl import app, flags, logging

from alx.checkpoint import Checkpoints

_KILLS = flags.DEFINE_integer("kills", 20, "Kills in a row.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the times.")
_SEEDS = flags.DEFINE_integer("seeds", 1, "Seeds of the run.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer("rounds", 150, "Rounds of the run.")


def command(data: pathlib.Path, workdir: pathlib.Path) -> list[str]:
  """A run of short rounds, so that kills fall into every stage."""
  return [
    *(sys.executable, "-m", "experiments.run"),
    *(f"--data={data}", f"--workdir={workdir}", f"--seeds={_SEEDS.value}"),
    *("--acquisition=bald", "--nobaselines", "--nofull"),
    *(f"--set=rounds={_ROUNDS.value}", "--set=steps=20", "--set=query=2"),
  ]


def make_data(path: pathlib.Path) -> None:
  """Embeddings of 800 items in three classes."""
  rng = np.random.default_rng(0)
  labels = np.arange(800) % 3
  features = rng.standard_normal((800, 8)) + labels[:, None]
  np.savez(path, features=features, labels=labels)


def results(workdir: pathlib.Path) -> dict:
  """Everything that must not depend on the kills."""
  tables = {
    str(path.relative_to(workdir)): path.read_bytes()
    for name in ("curve.csv", "picks.csv")
    for path in workdir.glob(f"runs/*/{name}")
  }
  for path in workdir.glob("*/*/checkpoints"):
    tables[str(path.relative_to(workdir))] = _last_params(path)
  for path in workdir.glob("batches/*"):
    tables[str(path.relative_to(workdir))] = _last_params(path)
  return tables


def _last_params(folder):
  """(step, bytes of every parameter) of the newest checkpoint."""
  checkpoints = Checkpoints(folder)
  step, tree = checkpoints.newest()
  checkpoints.close()
  params = jax.tree.leaves(tree["params"])
  return step, [np.asarray(x).tobytes() for x in params]


def kill(arguments: list[str], workdir: pathlib.Path) -> bool:
  """Starts the command, kills it; False if it ended before.

  A fifth of the kills fall into the start, the others into rounds to come.
  """
  more = random.randint(0, 4)
  wait = random.uniform(0.0, 0.3 if more else 4.0)
  target = _rounds(workdir) + more
  process = subprocess.Popen(
    arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
  )
  while process.poll() is None and _rounds(workdir) < target:
    time.sleep(0.005)
  time.sleep(wait)
  alive = process.poll() is None
  process.send_signal(signal.SIGKILL)
  process.wait()
  return alive


def main(_: list[str]) -> None:
  """Ends with exit code 1 if anything differs."""
  logging.set_verbosity(logging.WARNING)  # orbax tells a lot
  random.seed(_SEED.value)
  with tempfile.TemporaryDirectory() as name:
    root = pathlib.Path(name)
    make_data(root / "data.npz")
    whole = command(root / "data.npz", root / "whole")
    subprocess.run(whole, check=True, stdout=subprocess.DEVNULL)
    hurt = command(root / "data.npz", root / "hurt")
    for number in range(1, _KILLS.value + 1):
      if not kill(hurt, root / "hurt"):
        sys.exit(f"the run ended before kill {number}: wants more --rounds")
      print(f"kill {number}: {_rounds(root / 'hurt')} rounds")
    subprocess.run(hurt, check=True, stdout=subprocess.DEVNULL)
    differ = _differences(results(root / "whole"), results(root / "hurt"))
  for line in differ:
    print(f"differs: {line}", file=sys.stderr)
  if differ:
    sys.exit(1)
  print("picks, curve and parameters are equal, bit for bit")


def _rounds(workdir):
  """Rounds in all curves so far."""
  curves = workdir.glob("runs/*/curve.csv")
  return sum(max(len(c.read_text().splitlines()) - 1, 0) for c in curves)


def _differences(whole, hurt):
  return [k for k in sorted({*whole, *hurt}) if whole.get(k) != hurt.get(k)]


if __name__ == "__main__":
  app.run(main)
