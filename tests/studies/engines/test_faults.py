"""Kills, full disks and wrong workers: nothing is lost, nothing done twice."""

import contextlib
import importlib.util
import json
import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest

from alx.devices.processes import is_gone
from tests import engine_studies as studies
from tests.engine_studies import waited

pytestmark = pytest.mark.slow


def wants(package):
  """A mark for tests of an engine."""
  there = importlib.util.find_spec(package) is not None
  return pytest.mark.skipif(not there, reason=f"{package} is not installed")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
  """Data, and what the rows find when nothing goes wrong."""
  folder = tmp_path_factory.mktemp("whole")
  data, workdir = studies.save(folder), folder / "w"
  code, said = studies.run(workdir, data, "--engine=local")
  assert code == 0, said
  return data, studies.tables(workdir), workdir


def check_whole(workdir, whole, running):
  assert running.wait(timeout=240) == 0, studies.said_of(workdir).read_text()
  assert studies.tables(workdir) == whole[1]
  assert not (workdir / "claims").exists()


def test_a_killed_row_goes_on(whole, tmp_path):
  workdir = tmp_path / "w"
  running = studies.start(workdir, whole[0], "--engine=local")
  os.kill(waited(lambda: studies.row_at_work(workdir)), signal.SIGKILL)
  check_whole(workdir, whole, running)
  assert sorted(studies.tries(workdir)) == [1, 2]
  assert "killed by signal 9 on " in studies.said_of(workdir).read_text()


@pytest.mark.parametrize(
  "number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"]
)
def test_rows_end_with_a_command_and_the_same_command_goes_on(
  whole, tmp_path, number
):
  workdir = tmp_path / "w"
  running = studies.start(workdir, whole[0], "--engine=local")
  row = waited(lambda: studies.row_at_work(workdir))
  running.send_signal(number)
  assert running.wait() == (-9 if number == signal.SIGKILL else 143)
  waited(lambda: not (workdir / "claims").exists(), 20)
  waited(lambda: is_gone(row), 20)
  check_whole(
    workdir, whole, studies.start(workdir, whole[0], "--engine=local")
  )


def test_a_row_that_never_ends_is_given_up(whole, tmp_path):
  workdir = tmp_path / "w"
  shutil.copytree(whole[2], workdir)
  (row,) = workdir.glob("*/runs/entropy-seed0")
  shutil.rmtree(row)  # the other one is done
  flags = "--engine=local", "--row_seconds=40"
  running = studies.start(workdir, whole[0], *flags)
  os.kill(waited(lambda: studies.row_at_work(workdir)), signal.SIGSTOP)
  assert running.wait(timeout=240) == 1
  said = studies.said_of(workdir).read_text()
  assert "stopped after --row_seconds=40; given up" in said
  assert said.splitlines()[-1].startswith("error: not finished: row ")
  assert said.startswith("1 of 2 rows are finished; ")
  check_whole(
    workdir, whole, studies.start(workdir, whole[0], "--engine=local")
  )


def test_two_commands_share_the_rows(whole, tmp_path):
  workdir = tmp_path / "w"
  flags = "--engine=local", "--workers=1"
  first = studies.start(workdir, whole[0], *flags)
  waited(lambda: list(workdir.glob("claims/*")))
  second = studies.start(workdir, whole[0], *flags)
  assert second.wait(timeout=240) == 0  # till then it may hold a claim
  check_whole(workdir, whole, first)
  # A process may have been begun for a row that the other had just taken.
  logs = [path.read_text() for path in (workdir / "logs").glob("*.log")]
  assert [text.count(": begins") for text in logs] == [1, 1]


@wants("ray")
def test_a_killed_worker_of_ray_is_replaced(whole, tmp_path):
  workdir = tmp_path / "w"
  running = studies.start(workdir, whole[0], "--engine=ray", "--workers=2")
  row = waited(lambda: studies.row_at_work(workdir))
  os.kill(studies.parent_of(row), signal.SIGKILL)
  check_whole(workdir, whole, running)
  assert sorted(studies.tries(workdir)) == [1, 2]
  assert "its worker died: " in studies.said_of(workdir).read_text()


@wants("ray")
def test_the_same_command_goes_on_after_the_head_of_ray_was_killed(
  whole, tmp_path
):
  workdir = tmp_path / "w"
  flags = "--engine=ray", "--workers=1"
  running = studies.start(workdir, whole[0], *flags)
  waited(lambda: studies.row_at_work(workdir))
  (head,) = (
    pid
    for pid, name in studies.children_of(running.pid)
    if name == "gcs_server"
  )
  os.kill(head, signal.SIGKILL)
  assert running.wait(timeout=120) == 1
  said = studies.said_of(workdir).read_text()
  assert "error: Ray's cluster is gone: " in said
  waited(lambda: not (workdir / "claims").exists(), 20)
  check_whole(
    workdir, whole, studies.start(workdir, whole[0], "--engine=local")
  )


class Cluster:
  """A scheduler of Dask and two workers, as a person would start them."""

  def __init__(self, folder):
    self._file, self._folder = folder / "scheduler.json", folder
    self.scheduler = self._dask("scheduler", "--port=0", "--no-dashboard")
    self.workers = []

  def _dask(self, *words, **options):
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(
      [*command, f"--scheduler-file={self._file}"],
      stdout=subprocess.DEVNULL,
      stderr=subprocess.DEVNULL,
      **options,
    )

  def add(self, **options):
    words = "--nthreads=1", "--no-nanny", "--no-dashboard"
    place = f"--local-directory={self._folder / str(len(self.workers))}"
    self.workers.append(self._dask("worker", *words, place, **options))

  def address(self):
    return json.loads(waited(lambda: studies.read(self._file)))["address"]

  def close(self):
    for process in (*self.workers, self.scheduler):
      process.kill()
      process.wait()


@pytest.fixture
def cluster(tmp_path):
  folder = tmp_path / "cluster"
  folder.mkdir()
  with contextlib.closing(Cluster(folder)) as found:
    yield found


def start_on(cluster, workdir, whole):
  flags = "--engine=dask", f"--cluster={cluster.address()}"
  return studies.start(workdir, whole[0], *flags)


@wants("distributed")
def test_a_killed_worker_of_dask_is_replaced(cluster, whole, tmp_path):
  workdir = tmp_path / "w"
  cluster.add()
  cluster.add()
  running = start_on(cluster, workdir, whole)
  row = waited(lambda: studies.row_at_work(workdir))
  os.kill(studies.parent_of(row), signal.SIGKILL)
  check_whole(workdir, whole, running)
  assert sorted(studies.tries(workdir)) == [1, 2]


@wants("distributed")
def test_the_same_command_goes_on_after_the_head_of_dask_was_killed(
  cluster, whole, tmp_path
):
  workdir = tmp_path / "w"
  cluster.add()
  running = start_on(cluster, workdir, whole)
  waited(lambda: studies.row_at_work(workdir))
  cluster.scheduler.kill()
  assert running.wait(timeout=60) == 1
  (line,) = (
    line
    for line in studies.said_of(workdir).read_text().splitlines()
    if "error" in line.lower()
  )
  assert line.startswith("error: Dask's scheduler is gone; 0 of 2 rows are")
  cluster.close()
  check_whole(
    workdir, whole, studies.start(workdir, whole[0], "--engine=local")
  )


@wants("distributed")
def test_a_row_of_a_worker_with_a_full_disk_goes_elsewhere(
  cluster, whole, tmp_path
):
  workdir = tmp_path / "w"
  cluster.add()
  full = cluster.workers[0].pid
  resource.prlimit(full, resource.RLIMIT_FSIZE, (400, 400))
  cluster.add()
  check_whole(workdir, whole, start_on(cluster, workdir, whole))
  said = studies.said_of(workdir).read_text()
  assert "File too large" in said and "; tried again" in said


@wants("distributed")
def test_a_worker_with_another_jax_is_refused_by_name(cluster, whole, tmp_path):
  about = tmp_path / "other" / "jax-0.1.dist-info" / "METADATA"
  about.parent.mkdir(parents=True)
  about.write_text("Metadata-Version: 2.1\nName: jax\nVersion: 0.1\n")
  paths = str(tmp_path / "other"), os.environ.get("PYTHONPATH", "")
  path = os.pathsep.join(filter(None, paths))
  cluster.add(env=studies.environment(PYTHONPATH=path))
  cluster.add()
  workdir = tmp_path / "w"
  check_whole(workdir, whole, start_on(cluster, workdir, whole))
  said = studies.said_of(workdir).read_text()
  assert " has jax 0.1, wanted " in said and "; tried again" in said
