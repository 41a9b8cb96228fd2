"""Workers of Dask that come and go, in this process."""

import contextlib
import threading
import time

import pytest

pytest.importorskip("distributed", reason="distributed is not installed")

from distributed import LocalCluster, Worker

from alx.studies.engines import attempt, on_dask
from alx.studies.engines.attempt import ENDED, Result, Task
from alx.studies.engines.plan import Plan

TASK = Task((), "a", 1, "log", "study.json", "", {}, {})
GPU = {"GPU": 1}


class Cluster:
  """A scheduler without workers."""

  def __init__(self, folder):
    """Begins with nobody."""
    self._folder = folder
    self.cluster = LocalCluster(
      n_workers=0, processes=False, dashboard_address=":0"
    )

  def add(self, resources=None):
    """A worker more; it goes with `close`."""

    async def begin():
      return await Worker(
        self.cluster.scheduler_address,
        nthreads=1,
        resources=resources,
        local_directory=str(self._folder),
        dashboard=False,
      )

    return self.cluster.sync(begin)

  def end(self, worker):
    """Takes a worker away, whatever it does."""
    self.cluster.sync(worker.close, executor_wait=False)


@pytest.fixture
def cluster(tmp_path):
  made = Cluster(tmp_path)
  with contextlib.closing(made.cluster):
    yield made


@pytest.fixture
def engine_on(cluster, tmp_path, monkeypatch):
  """Makes an engine; its rows do nothing, and do not end on busy workers."""
  go_on = threading.Event()

  def run(about, place):
    assert place not in make.busy or go_on.wait(20)
    return ENDED, 0, "done", place

  def make(**needs):
    plan = Plan("dask", cluster=cluster.cluster.scheduler_address, **needs)
    return stack.enter_context(contextlib.closing(on_dask.open(plan, tmp_path)))

  make.busy = set()
  monkeypatch.setattr(on_dask, "_LOOK_S", 0.0)
  monkeypatch.setattr(attempt, "run", run)
  with contextlib.ExitStack() as stack:
    yield make
    go_on.set()


def end_of(engine, sent):
  """How a try ended; it must within seconds."""
  deadline = time.monotonic() + 20
  while (found := engine.ended(sent)) is None:
    assert time.monotonic() < deadline
    time.sleep(0.01)
  return found


def done_on(worker):
  return Result(ENDED, 0, "done", worker.address)


def test_a_try_goes_to_others_than_those_to_avoid(cluster, engine_on):
  bad, good = cluster.add(), cluster.add()
  engine = engine_on()
  sent = [engine.start(TASK, frozenset({bad.address})) for _ in range(4)]
  assert {end_of(engine, one) for one in sent} == {done_on(good)}


def test_a_try_is_not_meant_for_workers_without_its_needs(cluster, engine_on):
  able, _ = cluster.add(GPU), cluster.add()
  engine = engine_on(gpus=1)
  sent = engine.start(TASK, frozenset({able.address}))
  assert end_of(engine, sent) == done_on(able)


def test_a_try_whose_workers_are_gone_goes_to_one_that_can(cluster, engine_on):
  able, other, _ = cluster.add(GPU), cluster.add(GPU), cluster.add()
  engine_on.busy.add(other.address)
  engine = engine_on(gpus=1)
  sent = engine.start(TASK, frozenset({able.address}))
  assert engine.ended(sent) is None and sent.only == {other.address}
  cluster.end(other)
  assert end_of(engine, sent) == done_on(able)


def test_a_try_whose_workers_are_gone_waits_for_new_ones(cluster, engine_on):
  bad, other = cluster.add(), cluster.add()
  engine_on.busy.add(other.address)
  engine = engine_on()
  sent = engine.start(TASK, frozenset({bad.address}))
  for worker in (bad, other):
    cluster.end(worker)
  assert engine.ended(sent) is None
  new = cluster.add()
  assert end_of(engine, sent) == done_on(new)


def test_workers_are_not_looked_for_all_the_time(
  cluster, engine_on, monkeypatch
):
  bad, other = cluster.add(), cluster.add()
  engine_on.busy.add(other.address)
  engine = engine_on()
  sent = engine.start(TASK, frozenset({bad.address}))
  monkeypatch.setattr(on_dask, "_LOOK_S", 60.0)
  monkeypatch.setattr(on_dask, "_workers", None)
  assert engine.ended(sent) is None
