"""Kills a run again and again; it must end as if nothing had happened.

  python -m experiments.benchmarks.torture --kills=20

The same command is started and, after a random time, ended by SIGKILL; after
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
from absl import app, flags

from alx.checkpoint import Checkpoints

_KILLS = flags.DEFINE_integer("kills", 20, "Kills in a row.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the times.")
_SEEDS = flags.DEFINE_integer("seeds", 1, "Seeds of the run.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer("rounds", 30, "Rounds of the run.")


def command(data: pathlib.Path, workdir: pathlib.Path) -> list[str]:
  """A run of short rounds, so that kills fall into every stage."""
  return [
    *(sys.executable, "-m", "experiments.run"),
    *(f"--data={data}", f"--workdir={workdir}", f"--seeds={_SEEDS.value}"),
    *("--acquisition=bald", "--nobaselines", "--nofull"),
    *(f"--set=rounds={_ROUNDS.value}", "--set=steps=20", "--set=query=2"),
  ]


def make_data(path: pathlib.Path) -> None:
  """Embeddings of 200 items in three classes."""
  rng = np.random.default_rng(0)
  labels = np.arange(200) % 3
  features = rng.standard_normal((200, 8)) + labels[:, None]
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


def kill(arguments: list[str], seconds: float) -> bool:
  """Starts the command, kills it; False if it had ended before."""
  process = subprocess.Popen(
    arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
  )
  try:
    process.wait(seconds)
    return False
  except subprocess.TimeoutExpired:
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


def main(_: list[str]) -> None:
  """Ends with exit code 1 if anything differs."""
  random.seed(_SEED.value)
  with tempfile.TemporaryDirectory() as name:
    root = pathlib.Path(name)
    make_data(root / "data.npz")
    begun = time.monotonic()
    whole = command(root / "data.npz", root / "whole")
    subprocess.run(whole, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - begun
    print(f"left alone: {seconds:.1f} s")
    hurt = command(root / "data.npz", root / "hurt")
    for number in range(_KILLS.value):
      wait = random.uniform(0.3, 1.0) * seconds
      killed = kill(hurt, wait)
      rounds = _rounds(root / "hurt")
      print(f"kill {number + 1} after {wait:.1f} s: {rounds} rounds", end="")
      print("" if killed else ", had ended before")
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
