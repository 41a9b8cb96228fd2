"""A run as several processes, which are killed, differ, and go on."""

import io

import numpy as np
import pytest
from rich.console import Console

from alx.runs import compare
from alx.runs.disk import store
from alx.runs.settings.config import Config
from tests.forks import shared
from tests.processes import free_port

pytestmark = pytest.mark.slow

SETTINGS = {
  "test_items": 3,
  "start": 2,
  "query": 2,
  "rounds": 1,
  "steps": 4,
  "batch": 2,
  "widths": (4, 8),
  "patch": (8, 8),
  "pictures": 0,
}
WORDS = (
  *("--acquisition=entropy", "--nobaselines", "--nofull", "--seeds=1"),
  *(f"--set={n}={str(v).strip('()')}" for n, v in SETTINGS.items()),
)
ONE_DEVICE = "import jax; jax.config.update('jax_num_cpu_devices', 1)\n"
# Gone in the middle of round 1, when round 0 is kept.
DIES = """
import os, signal
from alx.runs import rounds
def dies(job, state, items, number):
  if number == 1:
    os.kill(os.getpid(), signal.SIGKILL)
rounds.record_asked = dies
"""
# A task of a SLURM job with two, on this machine.
TASK = """
import os
os.environ.update(
  SLURM_JOB_ID="1", SLURM_NTASKS="2", SLURM_LOCALID="0", SLURM_PROCID="{}",
  SLURM_STEP_NODELIST="localhost", JAX_COORDINATOR_PORT="{}",
)
"""


@pytest.fixture(scope="module")
def discs(tmp_path_factory):
  """Ten pictures of a disc, which is to be found."""
  path = tmp_path_factory.mktemp("data") / "discs.npz"
  middle = np.random.default_rng(0).uniform(5, 11, (10, 2, 1, 1))
  apart = np.indices((16, 16))[None] - middle
  labels = (np.hypot(apart[:, 0], apart[:, 1]) < 4).astype(np.uint8)
  np.savez(path, images=labels * np.float32(0.5), labels=labels)
  return path


def pair(data, workdir, *more, before=("", ""), words=((), ())):
  """[(exit code, what it wrote)] of two processes of one command."""
  port = free_port()
  started = [
    shared().start(
      "run",
      *(*WORDS, f"--data={data}", f"--workdir={workdir}", *more, *own),
      *(() if "--coordinator=auto" in more else place(port, process)),
      before=ONE_DEVICE + first.format(process, port),
    )
    for process, first, own in zip((0, 1), before, words, strict=True)
  ]
  try:
    return [each.ended() for each in started]
  finally:
    for each in started:
      each.kill()


def place(port, process):
  yield f"--coordinator=127.0.0.1:{port}"
  yield "--num_processes=2"
  yield f"--process_id={process}"


@pytest.fixture(scope="module")
def alone(discs, tmp_path_factory):
  """The run of one process."""
  workdir = tmp_path_factory.mktemp("alone")
  console = Console(file=io.StringIO())
  config = Config(
    data=str(discs), acquisition=("entropy",), seeds=1, full=False, **SETTINGS
  )
  ready = compare.prepare(config, workdir, console, baselines=False)
  compare.train(ready, console)
  return workdir


def test_two_processes_go_on_after_a_kill_to_what_one_finds(
  discs, alone, tmp_path
):
  (code, text), (killed, _) = pair(discs, tmp_path, before=("", DIES))
  assert (code, killed) == (1, -9), text
  line = "error: process 1 of 2 has ended; the same commands go on from the "
  assert text.splitlines()[-1] == f"{line}last checkpoint"
  folder = tmp_path / "runs" / "entropy-seed0"
  assert [p.name for p in (folder / "checkpoints").iterdir()] == ["1"]

  (code, text), other = pair(
    discs, tmp_path, "--coordinator=auto", before=(TASK, TASK)
  )
  assert (code, *other) == (0, 0, ""), text + other[1]
  assert "round 0" not in text and "(2 of 2 rounds)" in text
  assert (tmp_path / "report.html").exists()
  was = alone / "runs" / "entropy-seed0"
  tables = [
    [store.read_rows(f / name) for f in (was, folder)]
    for name in ("picks.csv", "curve.csv")
  ]
  ids = [[row["id"] for row in rows] for rows in tables[0]]
  assert ids[0] == ids[1] and len(ids[0]) == 4
  scores = [[float(row["score"]) for row in rows] for rows in tables[0]]
  np.testing.assert_allclose(scores[1], scores[0], rtol=1e-5)
  dice = [[float(row["dice"]) for row in rows] for rows in tables[1]]
  np.testing.assert_allclose(dice[1], dice[0], atol=1e-3)


def test_other_settings_are_refused_on_both_sides(discs, tmp_path):
  found = pair(discs, tmp_path / "none", words=((), ("--metric=hd95",)))
  assert [code for code, _ in found] == [2, 2]
  for _, text in found:
    assert text.startswith("error: process 1 on ")
    assert text.endswith(" has metric = 'hd95', process 0 has 'auto'\n")
  assert not (tmp_path / "none").exists()


def test_another_version_is_refused_on_both_sides(discs, tmp_path):
  older = "import alx; alx.__version__ = '0.0.1'\n"
  found = pair(discs, tmp_path / "none", before=("", older))
  assert [code for code, _ in found] == [2, 2]
  assert all("has alx = 0.0.1, process 0 has " in text for _, text in found)


def test_other_data_are_refused_on_both_sides(discs, tmp_path):
  other = """
from alx.data.sources import digest
of_dataset = digest.of_dataset
digest.of_dataset = lambda dataset: of_dataset(dataset)[::-1]
"""
  found = pair(discs, tmp_path / "none", before=("", other))
  assert [code for code, _ in found] == [2, 2], found
  line = "error: data: process 1 of 2 differs from process 0; give all the same"
  assert all(text.splitlines()[-1].startswith(line) for _, text in found)
  assert not (tmp_path / "none" / "config.json").exists()
