"""Rows as tasks of Dask: a scheduler that is there, or an own cluster."""

import contextlib
import dataclasses
import logging
import math
import os
import pathlib
import shutil
import time

# Read by the workers too, which begin with what they are told here.
os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")

from distributed import Client, Future, LocalCluster, get_worker

from alx.studies.engines import attempt
from alx.studies.engines.attempt import LOST, REFUSED, Result, Task
from alx.studies.engines.plan import Plan, refuse_gpus, workers_here
from alx.studies.engines.table import Gone

_JOIN_S = 30.0  # for a scheduler to answer
_LOOK_S = 2.0  # between two looks at the workers that a try is meant for
# What a worker may say that it has, in the units of a plan.
_NAMES = {"cpus": "CPU", "gpus": "GPU", "memory": "MEMORY"}


@dataclasses.dataclass
class _Sent:
  """A try, and what stands for it now."""

  task: Task
  only: frozenset[str]  # workers that it is meant for; empty: any
  future: Future
  looked: float  # when they were last looked for


class Dask:
  """An `Engine` of Dask's futures."""

  def __init__(self, plan: Plan, workdir: pathlib.Path):
    """Connects, or starts workers on this machine."""
    _hush()
    self._cluster, self._scratch = None, workdir.resolve() / "dask"
    self.slots = plan.workers
    if plan.cluster:
      self._needs = _needs(plan)
      self._client = _connect(plan.cluster)
      _check_offers(self._client, self._needs)
      self.about = f"Dask at {plan.cluster}"
    else:
      self.slots, self._needs = workers_here(plan), {}
      self._cluster = _own(self.slots, self._scratch)
      self._client = Client(self._cluster)
      self.about = f"own Dask, {self.slots} at once"

  def start(self, task: Task, avoid: frozenset[str]) -> _Sent:
    """A future, kept to other workers than those to avoid if there are some."""
    self._check_there()
    able = _able(self._client, self._needs)
    only = able - avoid if able & avoid else frozenset()
    return _Sent(task, only, self._submit(task, only), time.monotonic())

  def _submit(self, task, only=frozenset()):
    """A future; `pure=False`: what was tried before is tried again."""
    return self._client.submit(
      _on_worker,
      task._asdict(),
      pure=False,
      retries=0,
      resources=self._needs or None,
      workers=sorted(only) or None,
    )

  def ended(self, handle: _Sent) -> Result | None:
    """How it ended, if it has."""
    future = handle.future
    if not future.done():
      self._check_there()
      self._unpin(handle)
      return None
    if future.status == "finished":
      return Result(*future.result())
    self._check_there()  # or its future is lost with it
    if future.status != "error":
      return Result(LOST, 1, f"its future was {future.status}")
    error = future.exception()
    if type(error).__name__ == "KilledWorker":
      return Result(LOST, 1, "its workers died again and again")
    return Result(REFUSED, 2, f"a worker cannot run alx: {error!r}")

  def _unpin(self, sent):
    """Lets any worker have it once all that it was meant for are gone.

    `allow_other_workers` of Dask would give it to workers without what it
    needs, and not to those that come when there is none.
    """
    now = time.monotonic()
    if not sent.only or now < sent.looked + _LOOK_S:
      return
    sent.looked, able = now, _able(self._client, self._needs)
    if able and not able & sent.only:
      sent.future.cancel()
      sent.only, sent.future = frozenset(), self._submit(sent.task)

  def _check_there(self):
    if self._client.status != "running":
      raise Gone("Dask's scheduler is gone")

  def cancel(self, handle: _Sent) -> None:
    """Takes it back if it has not begun."""
    handle.future.cancel()

  def close(self) -> None:
    """Leaves, and ends own workers."""
    with contextlib.suppress(Exception):  # whatever is broken, it is left
      self._client.close(timeout=5)
      if self._cluster:
        self._cluster.close(timeout=10)
    if self._cluster:
      shutil.rmtree(self._scratch, ignore_errors=True)


def _on_worker(about):
  return attempt.run(about, get_worker().address)


def _hush():
  """What its loggers would tell of lost connections is told by us."""
  for name in list(logging.root.manager.loggerDict):
    if name.split(".")[0] == "distributed":
      logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _own(workers, scratch):
  """A worker for each row; what a row itself takes Dask does not see."""
  return LocalCluster(
    n_workers=workers,
    threads_per_worker=1,
    memory_limit=0,
    dashboard_address=None,
    local_directory=str(scratch),
    silence_logs=logging.CRITICAL,
  )


def _connect(address):
  try:
    return Client(address, timeout=_JOIN_S)
  except (OSError, ValueError, TimeoutError) as error:
    raise ValueError(
      f"--cluster={address}: wanted Dask's scheduler, found none that answers "
      f"within {_JOIN_S:g} s"
    ) from error


def _needs(plan):
  """Of a row, in the words of --resources of a worker."""
  asked = {
    "cpus": plan.cpus if plan.cpus > 1 else 0,
    "gpus": plan.gpus,
    "memory": math.ceil(plan.memory * 1e9),
  }
  return {_NAMES[name]: n for name, n in asked.items() if n}


def _workers(client):
  return client.scheduler_info(n_workers=-1)["workers"]


def _able(client, needs):
  """Addresses of the workers that say they have what a row needs."""
  return frozenset(
    address
    for address, about in _workers(client).items()
    if all(about["resources"].get(name, 0) >= n for name, n in needs.items())
  )


def _check_offers(client, needs):
  """Raises ValueError if no worker ever could take a row."""
  if needs and not _able(client, needs):
    offers = [about["resources"] for about in _workers(client).values()]
    wanted = ",".join(f"{name}={n}" for name, n in needs.items())
    raise ValueError(
      f"dask: wanted a worker started with --resources '{wanted}' or more, "
      f"found {offers or 'no worker'}"
    )


def check(plan: Plan) -> None:
  """Raises ValueError for a plan that makes no sense here."""
  if not plan.cluster:
    refuse_gpus(plan)
    workers_here(plan)


def open(plan: Plan, workdir: pathlib.Path) -> Dask:
  """The engine."""
  return Dask(plan, workdir)
