"""Rows as tasks of Ray: a cluster that is there, or an own one."""

import atexit
import contextlib
import dataclasses
import logging
import os
import pathlib
import queue
import secrets
import shutil
import threading
import time
import warnings

from alx.studies.engines import attempt
from alx.studies.engines.attempt import LOST, REFUSED, Result, Task
from alx.studies.engines.plan import Plan, gpus_here, workers_here
from alx.studies.engines.table import Gone

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")

import ray
from ray import exceptions
from ray._private import worker

_TOKENS = {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}
_STORE = 100 * 2**20  # bytes: a try is told in hundreds
_ANSWER_S = 15.0  # for a cluster to say that it is there; Ray waits for 60
_LOOK_S = 2.0  # between two looks at the nodes that a try may go to
_LONGEST = 40  # characters of a folder in which Ray's sockets have room


@dataclasses.dataclass
class _Sent:
  """A try, and what stands for it now."""

  task: Task
  avoid: frozenset[str]  # nodes that it is kept from
  reference: ray.ObjectRef
  looked: float  # when nodes were last looked for


class Ray:
  """An `Engine` of Ray's tasks."""

  def __init__(self, plan: Plan, workdir: pathlib.Path):
    """Connects, or starts a cluster on this machine."""
    self._plan, self._scratch = plan, None
    self.slots = plan.workers
    if plan.cluster:
      _connect(address=plan.cluster)
      self.about = f"Ray at {plan.cluster}"
    else:
      self.slots = workers_here(plan)
      self._scratch = _scratch_in(workdir)
      _have_token()
      _connect(
        num_cpus=self.slots * plan.cpus,
        num_gpus=len(gpus_here()) if plan.gpus else 0,
        include_dashboard=False,
        object_store_memory=_STORE,
        **({"_temp_dir": str(self._scratch)} if self._scratch else {}),
      )
      place = self._scratch or "its folder for temporary files"
      self.about = f"own Ray, {self.slots} at once; it writes to {place}"
    self._function = ray.remote(_on_worker)

  def start(self, task: Task, avoid: frozenset[str]) -> _Sent:
    """A task of Ray, kept from nodes to avoid if others can do it."""
    able = _able(self._plan)
    avoid = able & avoid if able - avoid else frozenset()
    return _Sent(task, avoid, self._submit(task, avoid), time.monotonic())

  def _submit(self, task, avoid=frozenset()):
    """A task; tried again by us alone."""
    options = {"num_cpus": self._plan.cpus, "num_gpus": self._plan.gpus}
    if self._plan.memory:
      options["memory"] = _bytes(self._plan)
    if avoid:
      text = f"!in({','.join(sorted(avoid))})"
      options["label_selector"] = {"ray.io/node-id": text}
    function = self._function.options(max_retries=0, **options)
    return function.remote(task._asdict())

  def ended(self, handle: _Sent) -> Result | None:
    """How it ended, if it has."""
    try:
      if ray.wait([handle.reference], timeout=0)[0]:
        return Result(*ray.get(handle.reference))
      self._let_go(handle)
      return None
    except exceptions.RayTaskError as error:
      return Result(REFUSED, 2, f"a worker cannot run alx: {error.cause!r}")
    except (exceptions.RaySystemError, ConnectionError) as error:
      raise Gone(f"Ray's cluster is gone: {_first_line(error)}") from error
    except exceptions.RayError as error:
      return Result(LOST, 1, f"its worker died: {_first_line(error)}")

  def _let_go(self, sent):
    """Any node may have it once all that it is not kept from are gone.

    Ray itself waits for one that comes, and passes over those that are there.
    """
    now = time.monotonic()
    if not sent.avoid or now < sent.looked + _LOOK_S:
      return
    sent.looked, able = now, _able(self._plan)
    if able and able <= sent.avoid:
      self.cancel(sent)
      sent.avoid, sent.reference = frozenset(), self._submit(sent.task)

  def cancel(self, handle: _Sent) -> None:
    """Kills the worker, with which the row ends."""
    with contextlib.suppress(exceptions.RayError):
      ray.cancel(handle.reference, force=True)

  def close(self) -> None:
    """Leaves, and ends an own cluster; a dead one does not answer."""
    atexit.unregister(ray.shutdown)
    thread = threading.Thread(target=ray.shutdown, daemon=True)
    thread.start()
    thread.join(_ANSWER_S)
    if self._scratch:
      shutil.rmtree(self._scratch, ignore_errors=True)


def _have_token():
  """One for this cluster alone, or Ray writes one to the user's home."""
  if not _TOKENS & set(os.environ):
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)


def _nodes():
  """Those that are there; `Gone` without one, or without an answer."""
  found = queue.SimpleQueue()
  threading.Thread(target=lambda: found.put(ray.nodes()), daemon=True).start()
  try:
    nodes = [node for node in found.get(timeout=_ANSWER_S) if node["Alive"]]
  except queue.Empty:
    nodes = []
  if not nodes:
    raise Gone("Ray's cluster is gone: none of its nodes answers")
  return nodes


def _able(plan):
  """Names of the nodes that have what a row needs, free or not."""
  needs = {"CPU": plan.cpus, "GPU": plan.gpus, "memory": _bytes(plan)}
  return frozenset(
    node["NodeID"]
    for node in _nodes()
    if all(node["Resources"].get(name, 0) >= n for name, n in needs.items())
  )


def _bytes(plan):
  return int(plan.memory * 1e9)


def _on_worker(about):
  return attempt.run(about, ray.get_runtime_context().get_node_id())


def _connect(**options):
  """Joins or starts a cluster, without a word.

  Between its fork and exec Ray does a system call: no lock of JAX is asked for.
  """
  quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
  try:
    worker._worker_logs_enabled = False  # what died is told by us
    with warnings.catch_warnings():
      warnings.filterwarnings("ignore", message=r"os\.fork")
      ray.init(**quiet, **options)
  except (ConnectionError, RuntimeError, ValueError, OSError) as error:
    where = options.get("address", "on this machine")
    raise ValueError(f"Ray {where}: {_first_line(error)}") from error


def _scratch_in(workdir):
  """A folder for Ray; None where the way there is too long for its sockets."""
  folder = workdir.resolve() / "ray"
  return folder if len(str(folder)) <= _LONGEST else None


def _first_line(error):
  return (str(error).strip().splitlines() or [type(error).__name__])[0]


def check(plan: Plan) -> None:
  """Raises ValueError for a plan that makes no sense here."""
  if not plan.cluster:
    workers_here(plan)


def open(plan: Plan, workdir: pathlib.Path) -> Ray:
  """The engine."""
  return Ray(plan, workdir)
