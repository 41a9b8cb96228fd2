"""Active learning on embeddings that are sharded over several processes.

Each process reads and scores its own part of the pool; the items asked for
are those that one process would have chosen. On each of two machines:

  python -m experiments.distributed --coordinator=HOST:PORT --num_processes=2 \\
    --process_id=0 --features=embeddings.npy --labels=labels.npy \\
    --acquisition=entropy --k=100 --rounds=5 --workdir=runs/sharded

Under SLURM, Open MPI or on a Cloud TPU the first three flags are found. The
labels answer what is asked; k_center needs none. Process 0 writes picks.csv.
"""

import contextlib
import pathlib
from collections.abc import Iterator

import jax
import numpy as np
from absl import flags

from alx.commands import command
from alx.data.dataset import DataError
from alx.devices import distributed
from alx.runs.disk import owned
from alx.runs.disk.claim import Held
from alx.runs.sharded.pool import Pool, make_pool, read_pool
from alx.runs.sharded.rounds import ACQUISITIONS, Settings, run

_COORDINATOR = flags.DEFINE_string(
  "coordinator", None, "host:port of process 0."
)
_NUM_PROCESSES = flags.DEFINE_integer(
  "num_processes", None, "How many there are.", lower_bound=1
)
_PROCESS_ID = flags.DEFINE_integer(
  "process_id", None, "Of this one, from 0 on.", lower_bound=0
)
_FEATURES = flags.DEFINE_string(
  "features", None, "[N, D] numbers, .npy; without it a pool is made."
)
_LABELS = flags.DEFINE_string("labels", None, "[N] integers from 0 on, .npy.")
_NUM_ITEMS = flags.DEFINE_integer(
  "num_items", 10_000, "Items of the pool that is made.", lower_bound=1
)
_ACQUISITION = flags.DEFINE_string(
  "acquisition",
  "entropy",
  f"One of {', '.join(ACQUISITIONS)}, or turns: 'entropy*2 + k_center'.",
)
_K = flags.DEFINE_integer("k", 20, "Items of a round.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "How many.", lower_bound=0)
_SEED = flags.DEFINE_integer("seed", 0, "Of the first k items.")
_WORKDIR = flags.DEFINE_string(
  "workdir", "runs/distributed", "Where picks.csv is made."
)


def pool_from_flags() -> Pool:
  """The shard of this process; ValueError if a file is wrong."""
  if _FEATURES.value:
    labels = _LABELS.value and str(command.path_of(_LABELS.value))
    return read_pool(str(command.path_of(_FEATURES.value)), labels)
  if _LABELS.value:
    raise ValueError("--labels goes with --features")
  return make_pool(_NUM_ITEMS.value, _SEED.value)


def main(argv: list[str]) -> None:
  """Runs the rounds; for the exit codes see --help."""
  with command.session(), command.wrong_input():
    command.only_flags(argv)
    distributed.connect(
      _COORDINATOR.value, _NUM_PROCESSES.value, _PROCESS_ID.value
    )
    settings = Settings(
      _ACQUISITION.value, _K.value, _ROUNDS.value, _SEED.value
    )
    workdir = command.path_of(_WORKDIR.value)
    with first_process_working(workdir):
      run(pool_from_flags(), settings, workdir, print)


@contextlib.contextmanager
def first_process_working(workdir: pathlib.Path) -> Iterator[None]:
  """Process 0 alone writes; where it may not, all of them stop.

  Raises:
    Held: if another command works there.
  """
  claim = contextlib.ExitStack()
  with claim:
    error = None
    if jax.process_index() == 0:
      try:
        claim.enter_context(owned.working(workdir))
      except (Held, DataError) as caught:
        error = caught
    failed = np.bool_(error is not None)
    if distributed.all_gather(failed).any():
      raise error or Held(f"{workdir}: process 0 may not write there")
    yield


if __name__ == "__main__":
  command.start(main)
