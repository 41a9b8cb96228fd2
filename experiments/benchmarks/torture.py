"""Kills a run again and again; it must end as if nothing had happened.

  python -m experiments.benchmarks.torture --kills=20
  python -m experiments.benchmarks.torture --kills=20 --seeds=3

The same command is started and, at a random moment, ended by SIGKILL; after
the last kill it runs to its end. Picks, curve and the parameters of the last
round must be those of a run that was left alone, bit for bit. A fifth of the
kills fall into the start, the others into rounds to come.
"""

import functools
import pathlib
import random
import subprocess
import sys
import tempfile

from absl import app, flags, logging

from experiments.benchmarks import kills

_KILLS = flags.DEFINE_integer("kills", 20, "Kills in a row.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the times.")
_SEEDS = flags.DEFINE_integer(
  "seeds", 1, "Seeds of the run; several are run together.", lower_bound=1
)
_ROUNDS = flags.DEFINE_integer("rounds", 150, "Rounds of the run.")


def command(data: pathlib.Path, workdir: pathlib.Path) -> list[str]:
  """The run as its users type it."""
  return [
    *(sys.executable, "-m", "experiments.run"),
    *kills.flags_of(data, workdir),
    *(f"--seeds={_SEEDS.value}", f"--set=rounds={_ROUNDS.value}"),
  ]


def main(_: list[str]) -> None:
  """Ends with exit code 1 if anything differs."""
  logging.set_verbosity(logging.WARNING)  # orbax tells a lot
  with tempfile.TemporaryDirectory() as name:
    root = pathlib.Path(name)
    kills.make_data(root / "data.npz")
    _run(command(root / "data.npz", root / "whole"))
    hurt = command(root / "data.npz", root / "hurt")
    _torture(hurt, root / "hurt")
    _run(hurt)
    both = (kills.results(root / folder) for folder in ("whole", "hurt"))
    differ = kills.differences(*both)
  for line in differ:
    print(f"differs: {line}", file=sys.stderr)
  if differ:
    sys.exit(1)
  print("picks, curve and parameters are equal, bit for bit")


def _run(words):
  subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def _torture(words, workdir):
  """All kills."""
  quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
  start = functools.partial(subprocess.Popen, words, **quiet)
  moments = random.Random(_SEED.value)
  for number in range(1, _KILLS.value + 1):
    if not kills.kill_at_random(start(), workdir, moments, 4, 4.0, 0.3):
      sys.exit(f"the run ended before kill {number}: wants more --rounds")
    print(f"kill {number}: {kills.count_rounds(workdir)} rounds", flush=True)


if __name__ == "__main__":
  app.run(main)
