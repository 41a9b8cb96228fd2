"""Tries are real processes: small programs in the place of a row."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from alx.devices.processes import is_gone
from alx.studies.engines import attempt
from alx.studies.engines.attempt import ENDED, LIMIT, REFUSED, Result, Task


@pytest.fixture
def try_of(tmp_path):
  """A task of Python code."""
  study = tmp_path / "study.json"
  study.write_text("{}")

  def make(code, **other):
    return Task(
      words=("-c", textwrap.dedent(code)),
      title="a",
      number=1,
      log=str(tmp_path / "a.log"),
      study=str(study),
      digest=attempt.digest_of(str(study)),
      versions=attempt.versions(),
      environment={},
    )._replace(**other)

  return make


def run(task):
  return Result(*attempt.run(task._asdict(), "here"))


@pytest.mark.parametrize(
  ("code", "wanted"),
  [
    ("print('a\\nb\\n')", 0),
    ("import sys; print('a\\nb'); sys.exit(3)", 3),
    ("import os, sys; print('b', flush=True); os.kill(os.getpid(), 9)", -9),
  ],
)
def test_a_try_ends_as_its_command_does(try_of, code, wanted):
  assert run(try_of(code)) == (ENDED, wanted, "b", "here")


def test_tries_append_to_one_log(try_of, tmp_path):
  for number in (1, 2):
    run(try_of(f"print('did {number}')", number=number))
  lines = (tmp_path / "a.log").read_text().splitlines()
  assert [line[:8] for line in lines] == [
    *["== try 1", "did 1", "== try 2", "did 2"],
  ]


def test_variables_and_processors_are_those_of_the_task(try_of):
  core = min(os.sched_getaffinity(0))
  code = """
    import os, time
    time.sleep(0.3)
    print(os.environ["JAX_X"], *os.sched_getaffinity(0))
  """
  task = try_of(code, environment={"JAX_X": "7"}, cores=(core,))
  assert run(task).line == f"7 {core}"


def test_what_a_row_computes_does_not_depend_on_the_worker(try_of, monkeypatch):
  own = {
    "JAX_ENABLE_X64": "1",
    "JAX_X": "6",
    "XLA_FLAGS": "--xla_x",
    "JAX_CUDA_VISIBLE_DEVICES": "1",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "CUDA_VISIBLE_DEVICES": "1",
  }
  for name, value in own.items():
    monkeypatch.setenv(name, value)
  code = f"import os; print([os.environ.get(n) for n in {list(own)}])"
  found = run(try_of(code, environment={"JAX_X": "7"})).line
  assert found == str([None, "7", None, "1", "false", "1"])


@pytest.mark.parametrize("how", ["sleeps", "ignores SIGTERM", "is stopped"])
def test_what_does_not_end_is_stopped(try_of, monkeypatch, how):
  monkeypatch.setattr(attempt, "_GRACE_S", 0.5)
  first = {
    "sleeps": "",
    "ignores SIGTERM": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "is stopped": "os.kill(os.getpid(), signal.SIGSTOP)",
  }[how]
  code = f"import os, signal, time; print(os.getpid(), flush=True); {first}"
  began = time.monotonic()
  found = run(try_of(f"{code}\ntime.sleep(99)", seconds=0.5))
  assert (found.how, found.code) == (LIMIT, 1)
  assert time.monotonic() - began < 9
  assert is_gone(int(found.line))


@pytest.mark.parametrize("name", ["alx", "jax", "jaxlib"])
def test_a_worker_of_another_version_is_refused(try_of, name):
  other = attempt.versions() | {name: "0.1"}
  found = run(try_of("print('ran')", versions=other))
  assert found.how == REFUSED
  assert f"has {name} {attempt.versions()[name]}, wanted 0.1" in found.line


def test_a_worker_that_sees_no_study_or_another_is_refused(try_of, tmp_path):
  for task in (
    try_of("", study=str(tmp_path / "no.json")),
    try_of("", digest="0"),
  ):
    found = run(task)
    assert found.how == REFUSED and "does not see this study" in found.line


def test_no_place_for_the_log_is_a_failure_in_words(try_of, tmp_path):
  found = run(try_of("", log=str(tmp_path / "no" / "a.log")))
  assert (found.how, found.code) == (ENDED, 1)
  assert found.line.endswith("no/a.log: No such file or directory")


def test_a_row_ends_with_its_worker(try_of, tmp_path):
  """SIGKILL of the worker; the row is told by its standard input."""
  row = """
    import os, time
    from alx.studies.engines import lifeline
    lifeline.follow()
    print(os.getpid(), flush=True)
    time.sleep(99)
  """
  script = "import sys; from alx.studies.engines import attempt\n"
  script += f"attempt.run({try_of(row)._asdict()!r})"
  worker = subprocess.Popen([sys.executable, "-c", script])
  pid = int(waited(lambda: last_line(tmp_path / "a.log", "== try")))
  os.kill(pid, 0)
  worker.send_signal(signal.SIGKILL)
  worker.wait()
  waited(lambda: is_gone(pid))


def last_line(path, other_than):
  if not path.exists():
    return ""
  line = (pathlib.Path(path).read_text().splitlines() or [""])[-1]
  return "" if line.startswith(other_than) else line


def waited(something, seconds=30):
  deadline = time.monotonic() + seconds
  while not (found := something()):
    assert time.monotonic() < deadline
    time.sleep(0.02)
  return found
