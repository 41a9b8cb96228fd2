"""Fits beside the server: one at a time, told of by a file."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import contextlib
import os
import subprocess
import sys
import threading
import time
import traceback

import pytest

from alx import projects
from alx.devices import processes
from alx.devices.processes import Process, process_of, this_process
from alx.projects.exchange.refused import Refused
from alx.projects.store.project import FITS, fitting
from alx.runs.disk.claim import FOLDER, Claim
from alx.serve import desk
from alx.serve import fitting as work
from alx.serve import progress as progresses
from alx.serve.access import Person
from alx.serve.fits import Fits
from alx.serve.progress import DONE, FAILED, RUNNING, STOPPED, Progress
from tests.projects import small_projects
from tests.projects.label_files import a_label
from tests.serve import served

RITA = Person("rita", "reviewer")
NOBODY = Process(*this_process()._replace(pid=2**22, began="1"))


class Sleeping(Fits):
  """Whose work takes a minute, or as long as it is told."""

  seconds = 60.0

  def _child(self, id, what, how):
    code = f"import time; time.sleep({self.seconds})"
    words = [sys.executable, "-S", "-c", code]
    return subprocess.Popen(words, start_new_session=True)


@pytest.fixture
def service(tmp_path):
  return desk.open_service(served.with_drafts(tmp_path, 2))


@pytest.fixture
def fits(service):
  made = Sleeping(service)
  yield made
  made.stop(RITA)


def kinds(service):
  place = service.project.folder
  events = projects.store.log.read(place)[0]
  return [event.kind for event in events]


def test_none_yet(fits):
  assert fits.last() is None and fits.running() is None
  assert fits.stop(RITA) is None
  assert fits.train_stats() == {"epoch": 0, "total_epochs": 1}


def test_one_at_a_time_and_who_asked_is_in_the_log(fits, service):
  begun = fits.start(work.FIT, RITA)
  assert begun.status == RUNNING and fits.running().id == begun.id
  with pytest.raises(Refused) as error:
    fits.start(work.FIT, RITA)
  assert error.value.code == 429
  last = service.project.state.last
  assert last.kind == "fit_requested"
  assert (last.about["by"], last.about["work"]) == ("rita", "fit")


def test_it_is_stopped_and_the_version_that_serves_stays(fits, service):
  begun = fits.start(work.FIT, RITA)
  ended = fits.stop(RITA)
  assert (ended.id, ended.status) == (begun.id, STOPPED)
  assert fits.running() is None and fits.last().status == STOPPED
  assert service.project.state.last.kind == "fit_stopped"
  assert service.project.state.current == 1
  told = ended.json()
  assert told["details"] == ["stopped"] and "process" not in told


def test_one_that_is_killed_has_failed(fits):
  begun = fits.start(work.FIT, RITA)
  os.kill(begun.process[2], 9)
  deadline = time.monotonic() + 10
  while fits.running() and time.monotonic() < deadline:
    time.sleep(0.02)
  last = fits.last()
  assert last.status == FAILED and "without a word" in last.details[-1]
  fits.start(work.FIT, RITA)


def test_another_server_sees_what_goes_on(fits, service):
  begun = fits.start(work.FIT, RITA)
  other = Fits(desk.open_service(service.project.folder))
  assert other.running().id == begun.id
  with pytest.raises(Refused):
    other.start(work.FIT, RITA)


@pytest.fixture
def stranger():
  """A process that has nothing to do with it."""
  with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
    yield process
    process.kill()


def leave(place, process, seconds=300):
  """What a fit has written that began so many seconds ago."""
  begun = int(time.time()) - seconds
  left = Progress("a", "fit", RUNNING, begun, process=tuple(process))
  progresses.write(place, left)


def of_a_claim(place, process, monkeypatch):
  """A claim on fits that another process has made; its file."""
  with monkeypatch.context() as patch:
    patch.setattr("alx.runs.disk.claim.this_process", lambda: process)
    assert Claim(place / FOLDER, FITS).take()
  return place / FOLDER / f"{FITS}.1"


@pytest.mark.parametrize("field", ["host", "numbering"])
def test_after_a_reboot_or_a_move_nobody_is_killed(
  fits, service, stranger, monkeypatch, field
):
  place = service.project.folder
  process = process_of(stranger.pid)._replace(**{field: "another"})
  file = of_a_claim(place, process, monkeypatch)
  leave(place, process)
  assert fits.running().id == "a"  # its claim is fresh
  with pytest.raises(
    Refused, match=rf"process {stranger.pid} of .*there$"
  ) as e:
    fits.stop(RITA)
  assert e.value.code == 409 and stranger.poll() is None
  os.utime(file, (0, 0))
  assert fits.running() is None and fits.last().status == FAILED
  assert fits.stop(RITA).status == FAILED and stranger.poll() is None
  assert fits.start(work.FIT, RITA).status == RUNNING


def test_one_of_another_user_goes_on(fits, service, stranger, monkeypatch):
  def refuse(*_):
    raise PermissionError

  monkeypatch.setattr(os, "killpg", refuse)
  leave(service.project.folder, process_of(stranger.pid))
  with pytest.raises(Refused, match=rf"process {stranger.pid} of .*: stop it"):
    fits.stop(RITA)
  assert fits.running().id == "a" and stranger.poll() is None


def test_one_elsewhere_has_time_until_it_claims(service):
  place, elsewhere = service.project.folder, NOBODY._replace(host="elsewhere")
  for seconds, status in ((10, RUNNING), (-300, FAILED), (300, FAILED)):
    leave(place, elsewhere, seconds)
    assert progresses.read(place).status == status
  leave(place, ())
  assert progresses.read(place).status == FAILED


def test_where_nobody_knows_when_one_began_children_alone_are_ended(
  fits, service, stranger, monkeypatch
):
  monkeypatch.setattr(processes, "_stat", lambda _: ("", ""))
  leave(service.project.folder, process_of(stranger.pid), 0)
  with pytest.raises(Refused):
    fits.stop(RITA)
  assert stranger.poll() is None
  leave(service.project.folder, NOBODY)
  fits.start(work.FIT, RITA)
  assert fits.stop(RITA).status == STOPPED


def test_a_file_that_is_none_is_no_work(service):
  folder = progresses.folder_of(service.project.folder)
  folder.mkdir()
  for text in ("", "{", "[]", '{"id": 3}'):
    (folder / "fit.json").write_text(text)
    assert Fits(service).last() is None


def test_its_folder_is_its_owners_alone(service):
  place = service.project.folder
  progresses.write(place, Progress("a", "fit", RUNNING, 1, process=NOBODY))
  assert progresses.folder_of(place).stat().st_mode & 0o777 == 0o700
  assert progresses.read(place).status == FAILED


@pytest.fixture(scope="module")
def two_wait(tmp_path_factory):
  """Two cases wait, four are in no round."""
  folder = tmp_path_factory.mktemp("ahead")
  place = small_projects.of_volumes(folder, 6, validation=0.0, query=2)
  small_projects.asked(place, acquisition="random")
  return place


@pytest.mark.parametrize(("ahead", "begun"), [(0, 0), (2, 0), (3, 1)])
def test_the_next_round_is_asked_for_when_few_cases_wait(
  two_wait, ahead, begun
):
  fits, found = Fits(desk.open_service(two_wait), ahead), []
  fits.start = lambda what, person: found.append((what, person.role))
  threads = threading.active_count()
  fits.ask_ahead()
  deadline = time.monotonic() + 10
  while threading.active_count() > threads and time.monotonic() < deadline:
    time.sleep(0.01)
  assert found == [(work.ASK, "server")] * begun


def test_nothing_is_asked_for_where_nothing_is_left(service):
  fits, found = Fits(service, 99), []
  fits.start = lambda what, person: found.append(what)
  fits._ask_ahead()
  assert found == []


def run(place, what, how="{}"):
  """The progress of one piece of work in this process."""
  work.main(["", str(place), "id", what, how])
  return progresses.read(place)


def test_what_goes_wrong_is_one_line_without_paths(service):
  place = service.project.folder
  found = run(place, work.FIT)
  assert found.status == FAILED
  assert "wanted labels to train on" in found.details[0]
  assert str(place) not in found.details[0]
  with fitting(place):
    found = run(place, work.FIT)
  assert found.status == FAILED and "wait" in found.details[0]


FAILURES = {
  "of a device": (
    RuntimeError("RESOURCE_EXHAUSTED: Out of memory\n  allocating 9 bytes"),
    "RuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes",
  ),
  "long": (KeyError("x" * 999), f"KeyError: '{'x' * 299}"),
  "without a word": (AssertionError(), "AssertionError"),
  "of memory": (MemoryError(), "MemoryError"),
  "of input": (ValueError("wanted a, found b"), "wanted a, found b"),
}


@pytest.mark.parametrize(("error", "line"), FAILURES.values(), ids=FAILURES)
def test_every_failure_has_its_reason(service, monkeypatch, capfd, error, line):
  def fail(*_):
    raise error

  monkeypatch.setitem(work.WORK, work.FIT, fail)
  found = run(service.project.folder, work.FIT)
  assert (found.status, found.details) == (FAILED, [line])
  last = capfd.readouterr().err.splitlines()[-1]
  assert last.split()[0] in traceback.format_exception_only(error)[0]


def work_that_ends(*_):
  return ["done"], 1


def work_that_fails(*_):
  raise MemoryError


@pytest.mark.parametrize(
  ("does", "status"), [(work_that_ends, DONE), (work_that_fails, FAILED)]
)
def test_its_end_is_told_before_another_may_begin(
  service, monkeypatch, does, status
):
  place, claim = service.project.folder, []
  write = progresses.write

  def look(project, progress):
    claim.append((progress.status, Claim(place / FOLDER, FITS).is_held()))
    write(project, progress)

  monkeypatch.setattr(progresses, "write", look)
  monkeypatch.setitem(work.WORK, work.FIT, does)
  assert run(place, work.FIT).status == status
  assert claim == [(RUNNING, False), (status, True)]


def test_what_one_says_at_its_end_is_kept(service, monkeypatch, tmp_path):
  program, place = tmp_path / "program", service.project.folder
  program.write_text("#!/bin/sh\necho aborted >&2\n")
  program.chmod(0o700)
  monkeypatch.setattr(sys, "executable", str(program))
  fits = Fits(service)
  fits.start(work.FIT, RITA)
  deadline = time.monotonic() + 10
  while fits.running() and time.monotonic() < deadline:
    time.sleep(0.02)
  (line,) = fits.last().details
  assert line.endswith(" word: killed? What it wrote is in .serve/fit.stderr")
  said = progresses.folder_of(place) / "fit.stderr"
  assert said.read_text() == "aborted\n"
  assert said.stat().st_mode & 0o777 == 0o600


@contextlib.contextmanager
def saying(place):
  """Standard error of this process goes into the file, as that of a fit."""
  kept = os.dup(2)
  with progresses.open_said(place) as file:
    os.dup2(file.fileno(), 2)
  yield progresses.folder_of(place) / "fit.stderr"
  os.dup2(kept, 2)
  os.close(kept)


def kept_short(place):
  """The threads that this has begun."""
  before = threading.enumerate()
  progresses.keep_short(place)
  return [t for t in threading.enumerate() if t not in before]


def shortened(said):
  """What is in the file once it is short."""
  deadline = time.monotonic() + 10
  while not 0 < said.stat().st_size <= 2**16 and time.monotonic() < deadline:
    time.sleep(0.01)
  return said.read_bytes()


def test_of_much_that_one_says_the_end_is_kept(tmp_path, monkeypatch):
  monkeypatch.setattr(progresses, "_PAUSE_S", 0.01)
  with saying(tmp_path) as said:
    os.write(2, b"." * 10**6 + b"first")
    (thread,) = kept_short(tmp_path)
    assert shortened(said) == b"." * (2**15 - 5) + b"first"
    os.write(2, b"." * 10**6)
    assert 0 < len(shortened(said)) <= 2**16
    said.unlink()
    thread.join(10)
  assert not thread.is_alive()


def test_what_is_written_elsewhere_is_left_alone(tmp_path):
  with progresses.open_said(tmp_path):
    assert kept_short(tmp_path) == []


@pytest.mark.slow
def test_a_fit_is_judged_and_the_next_round_has_its_drafts(tmp_path):
  place = small_projects.of_volumes(
    tmp_path, 4, validation=0.0, query=2, set=("steps=3",)
  )
  small_projects.asked(place)
  service = desk.open_service(place)
  for _ in range(2):
    sample = desk.next_sample(service, "reader1")
    label = served.label_of(service.project, sample.case, a_label())
    assert desk.receive_label(service, sample.id, label).code == 200
  found = run(place, work.FIT)
  assert (found.status, found.version) == (DONE, 1)
  assert any("promoted" in line for line in found.details)
  found = run(place, work.ASK)
  assert found.status == DONE
  assert "round 2: 2 cases" in found.details[-1]
  assert desk.next_sample(service, "reader1").model == 1
  found = run(place, work.PROMOTE)
  assert found.status == FAILED  # it serves already
  assert projects.verify(place) == []
