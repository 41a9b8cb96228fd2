"""A run that is killed by SIGKILL, and what must not depend on it."""

import pathlib
import random
import signal
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import jax
import numpy as np

from alx.runs.disk.checkpoint import Checkpoints

_TABLES = ("curve.csv", "picks.csv", "cases.csv")
_LOOK = 0.005  # seconds between two looks at a run


class Process(Protocol):
  """What is needed of a `subprocess.Popen`."""

  def poll(self) -> int | None:
    """The exit code, None while it runs."""

  def kill(self) -> None:
    """Sends SIGKILL."""

  def wait(self) -> int:
    """The exit code, once it has ended; minus the signal of a killed one."""


def flags_of(data: pathlib.Path, workdir: pathlib.Path) -> list[str]:
  """Of experiments.run: short rounds, so that kills fall into every stage."""
  return [
    *(f"--data={data}", f"--workdir={workdir}"),
    *("--acquisition=bald", "--nobaselines", "--nofull"),
    *("--set=steps=20", "--set=query=2"),
  ]


def make_data(path: pathlib.Path, num_items: int = 800) -> None:
  """Embeddings of items in three classes."""
  rng = np.random.default_rng(0)
  labels = np.arange(num_items) % 3
  features = rng.standard_normal((num_items, 8)) + labels[:, None]
  np.savez(path, features=features, labels=labels)


def kill_when(
  process: Process, ready: Callable[[], bool], wait_s: float = 0.0
) -> bool:
  """Kills a run some seconds after `ready`; False if it ended before."""
  while process.poll() is None and not ready():
    time.sleep(_LOOK)
  time.sleep(wait_s)
  process.kill()
  return process.wait() == -signal.SIGKILL


def kill_at_random(
  process: Process,
  workdir: pathlib.Path,
  moments: random.Random,
  most_rounds: int,
  start_s: float,
  round_s: float,
) -> bool:
  """Kills a run at a random moment; False if it ended before.

  Args:
    process: just started.
    workdir: of the run.
    moments: decides when.
    most_rounds: that it may still do; with none, it dies in its start.
    start_s: longest wait in the start.
    round_s: longest wait after the last of the rounds.
  """
  more = moments.randint(0, most_rounds)
  target = count_rounds(workdir) + more
  return kill_when(
    process,
    lambda: count_rounds(workdir) >= target,
    moments.uniform(0.0, round_s if more else start_s),
  )


def count_rounds(workdir: pathlib.Path) -> int:
  """Rounds in all curves so far."""
  return sum(_count_rows(path) for path in workdir.glob("runs/*/curve.csv"))


def _count_rows(path):
  try:
    return max(len(path.read_text("utf-8").splitlines()) - 1, 0)
  except FileNotFoundError:  # a run that starts anew has just dropped it
    return 0


def results(workdir: pathlib.Path) -> dict:
  """Everything that must not depend on the kills, by the name of its file."""
  tables = {
    path: path.read_bytes()
    for name in _TABLES
    for path in workdir.glob(f"runs/*/{name}")
  }
  folders = [*workdir.glob("runs/*/checkpoints"), *workdir.glob("batches/*")]
  found = tables | {folder: _last_params(folder) for folder in folders}
  return {str(path.relative_to(workdir)): x for path, x in found.items()}


def _last_params(folder):
  """(step, bytes of every parameter) of the newest checkpoint."""
  checkpoints = Checkpoints(folder)
  step, tree = checkpoints.newest()
  checkpoints.close()
  params = jax.tree.leaves(tree["params"])
  return step, [np.asarray(x).tobytes() for x in params]


def differences(whole: dict, hurt: dict) -> Sequence[str]:
  """What the results of two runs do not share."""
  return [k for k in sorted({*whole, *hurt}) if whole.get(k) != hurt.get(k)]
