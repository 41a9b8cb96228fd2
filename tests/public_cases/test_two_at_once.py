"""Two commands that write to one place, and commands that are stopped."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from alx.devices.processes import this_process
from alx.runs.disk.claim import Claim
from tests import command_line as commands
from tests.public_cases.cases import QUICK, tables_of, write_features

pytestmark = pytest.mark.slow
# Does not save the second round before it may.
SLOW = (
  "from tests.public_cases.faults import wait_to_save; wait_to_save({go!r})"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
  return write_features(tmp_path_factory.mktemp("data") / "e.npz")


@pytest.fixture(scope="module")
def whole(forks, data, tmp_path_factory):
  workdir = tmp_path_factory.mktemp("whole") / "w"
  run = forks.start("run", f"--data={data}", f"--workdir={workdir}", *QUICK)
  assert run.wait() == 0, run.output()
  return tables_of(workdir)


def snapshot(folder):
  return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def wait_for(path):
  deadline = time.monotonic() + 60
  while not path.exists():
    assert time.monotonic() < deadline
    time.sleep(0.01)


def begun(forks, words, workdir):
  """A run that has finished a round, and takes its time for the next."""
  before = SLOW.format(go=str(workdir / "go"))
  run = forks.start("run", *words, before=before)
  wait_for(workdir / "runs/entropy-seed0/checkpoints/1")
  return run


def one_line(told):
  assert "Traceback" not in told
  (line,) = (x for x in told.splitlines() if x.startswith(("error", "stopped")))
  return line


def test_the_second_steps_aside_and_takes_over_a_killed_one(
  forks, data, whole, tmp_path
):
  workdir = tmp_path / "w"
  words = f"--data={data}", f"--workdir={workdir}", *QUICK
  first = begun(forks, words, workdir)
  first.send(signal.SIGSTOP)
  before = snapshot(workdir)
  for other in (words, (*words[:-5], "--set=rounds=1")):
    code, told = forks.start("run", *other).ended()
    line = one_line(told)
    assert code == 3 and told.count("\n") == 1, told
    assert f"{workdir}: process {first.pid} on " in line and " since 20" in line
  assert snapshot(workdir) == before
  first.kill()
  assert first.wait() == -signal.SIGKILL
  code, told = forks.start("run", *words).ended()
  assert code == 0, told
  assert tables_of(workdir) == whole
  assert not (workdir / "claims").exists()


def test_other_seeds_and_acquisitions_work_side_by_side(forks, data, tmp_path):
  workdir = tmp_path / "w"
  words = f"--data={data}", f"--workdir={workdir}", *QUICK
  first = begun(forks, words, workdir)
  first.send(signal.SIGSTOP)
  seed = forks.start("run", *words, "--set=first_seed=1")
  assert seed.wait() == 0, seed.output()
  margin = [w.replace("=entropy", "=margin") for w in words]
  other = forks.start("run", *margin)
  assert other.wait() == 0, other.output()
  both = [w.replace("=entropy", "=margin,entropy") for w in words]
  assert forks.start("run", *both).wait() == 3
  first.send(signal.SIGCONT)
  (workdir / "go").touch()
  assert first.wait() == 0, first.output()
  names = sorted(path.name for path in (workdir / "runs").iterdir())
  assert names == ["entropy-seed0", "entropy-seed1", "margin-seed0"]
  page = (workdir / "report.html").read_text("utf-8")
  assert "margin" in page and "entropy" in page


@pytest.mark.parametrize(
  ("number", "name", "code"),
  [(signal.SIGINT, "Ctrl-C", 130), (signal.SIGTERM, "SIGTERM", 143)],
)
def test_a_stopped_run_says_where_it_stands(
  forks, data, whole, tmp_path, number, name, code
):
  workdir = tmp_path / "w"
  words = f"--data={data}", f"--workdir={workdir}", *QUICK
  run = begun(forks, words, workdir)
  run.send(number)
  if number == signal.SIGINT:  # twice, in the middle of saving
    with contextlib.suppress(ProcessLookupError):
      run.send(number)
  ended, told = run.ended()
  assert ended == code
  line = one_line(told)
  assert line.startswith(f"stopped by {name}: at entropy, seed 0, round ")
  assert "the same command goes on from there" in line
  assert not (workdir / "claims").exists()
  assert forks.start("run", *words).wait() == 0
  assert tables_of(workdir) == whole


def test_a_claim_of_another_machine(forks, data, tmp_path):
  """It is void when it has not been touched for ten minutes."""
  workdir = tmp_path / "w"
  words = f"--data={data}", f"--workdir={workdir}", *QUICK, "--set=rounds=0"
  words = [word for word in words if word != "--set=rounds=2"]
  claim = Claim(workdir / "claims", "run")
  assert claim.take()
  path = workdir / "claims/run.1"
  text = path.read_text("utf-8").replace(this_process().host, "elsewhere")
  path.write_text(text, "utf-8")
  code, told = forks.start("run", *words).ended()
  assert code == 3 and "on elsewhere since" in told and "ten minutes" in told
  then = time.time() - 601
  os.utime(path, (then, then))
  assert forks.start("run", *words).wait() == 0
  assert not path.exists()


def test_an_error_and_a_wrong_file_leave_no_claim(forks, tmp_path):
  words = f"--workdir={tmp_path / 'a/w'}", *QUICK
  code, told = forks.start("run", f"--data={tmp_path}/no.npz", *words).ended()
  assert code == 2 and "no.npz" in one_line(told)
  data = write_features(tmp_path / "e.npz")
  broken = "from alx.runs import rounds; rounds.run_rounds = None"
  broken += "; from alx.runs import batch; batch.pays_off = lambda *_: False"
  code, told = forks.start(
    "run", f"--data={data}", *words, before=broken
  ).ended()
  assert code == 1 and "TypeError" in told  # a fault of ours is shown whole
  assert not (tmp_path / "a/w/claims").exists()


def test_ctrl_c_during_the_imports(tmp_path):
  words = commands.command("experiments.run", f"--workdir={tmp_path / 'w'}")
  with subprocess.Popen(
    words, cwd=commands.ROOT, stderr=subprocess.PIPE
  ) as process:
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
  assert process.returncode == 130 and b"Traceback" not in told
