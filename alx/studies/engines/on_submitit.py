"""Rows as jobs of SLURM, by submitit; also on this machine, to try it."""

import contextlib
import logging
import math
import pathlib
import shutil
from typing import Any

import submitit
from submitit.core.utils import (
  FailedJobError,
  FailedSubmissionError,
  UncompletedJobError,
)

from alx.studies.engines import attempt
from alx.studies.engines.attempt import LOST, REFUSED, Result, Task
from alx.studies.engines.plan import Plan, refuse_gpus, workers_here
from alx.studies.engines.table import Gone

_FOLDER = "submitit"  # what it writes of its jobs, in that of the study
_WAYS = "slurm", "local", "debug"
_SPARE_MIN = 5  # of a job beyond the time of its row
_NO_LIMIT_MIN = 60 * 24 * 365


class Submitit:
  """An `Engine` of submitit's jobs."""

  def __init__(self, plan: Plan, workdir: pathlib.Path):
    """Submits nothing yet."""
    self._folder, way = workdir.resolve() / _FOLDER, _way(plan)
    self.slots = plan.workers if way == "slurm" else workers_here(plan)
    if way == "debug":
      self.slots = 1
    try:
      self._executor = submitit.AutoExecutor(self._folder, cluster=way)
      self._executor.update_parameters(**_told(plan, way))
    except (RuntimeError, NameError, ValueError, TypeError) as error:
      raise ValueError(f"submitit ({way}): {_last_line(error)}") from error
    self.about = f"submitit ({way}), whose files are in {self._folder}"
    if way == "slurm":
      self.about += "; jobs go on if this command is stopped"

  def start(self, task: Task, avoid: frozenset[str]) -> Any:
    """A job."""
    try:
      return self._executor.submit(_in_job, task._asdict())
    except (FailedJobError, FailedSubmissionError, OSError) as error:
      raise Gone(f"no job can be submitted: {_last_line(error)}") from error

  def ended(self, handle: Any) -> Result | None:
    """How it ended, if it has; a job of `debug` is done here."""
    if not _is_done(handle):
      return None
    try:
      result = Result(*handle.result())
      self._forget(handle)
      return result
    except UncompletedJobError:
      return Result(LOST, 1, f"its job {handle.job_id} ended ({handle.state})")
    except Exception as error:  # whatever its worker raised
      return Result(REFUSED, 2, f"a job cannot run alx: {_last_line(error)}")

  def _forget(self, handle):
    """Takes away what was written for a job that told how it ended."""
    for path in self._folder.glob(f"{handle.job_id}_*"):
      path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
      self._folder.rmdir()  # only what is empty

  def cancel(self, handle: Any) -> None:
    """Ends the job."""
    handle.cancel()

  def close(self) -> None:
    """Nothing was started but jobs."""


def _is_done(handle):
  """Whether it is; a job of `debug` is done here, and tells of itself."""
  logging.disable(logging.WARNING)
  try:
    return handle.done()
  finally:
    logging.disable(logging.NOTSET)


def _in_job(about):
  return attempt.run(about)


def _way(plan):
  """What it shall be, or SLURM where there is one."""
  found = "slurm" if shutil.which("srun") else "local"
  return plan.cluster or found


def _told(plan, way):
  """Parameters in the words of submitit."""
  told = {"name": "alx", "timeout_min": _NO_LIMIT_MIN}
  if way != "slurm":
    return told
  told["gpus_per_node"] = plan.gpus
  options = {f"slurm_{k}": _value(v) for k, v in plan.slurm}
  told |= {"cpus_per_task": plan.cpus, "tasks_per_node": 1, "nodes": 1}
  if plan.memory:
    told["mem_gb"] = plan.memory
  if plan.row_seconds:
    told["timeout_min"] = math.ceil(plan.row_seconds / 60) + _SPARE_MIN
  else:
    del told["timeout_min"]  # --slurm=time= has it
  return told | options


def _value(text):
  return int(text) if text.isdecimal() else text


def _last_line(error):
  lines = str(error).strip().splitlines()
  return lines[-1] if lines else type(error).__name__


def check(plan: Plan) -> None:
  """Raises ValueError for a plan that makes no sense here."""
  if plan.cluster not in (*_WAYS, ""):
    raise ValueError(
      f"cluster: wanted one of {', '.join(_WAYS)} for submitit, found "
      f"{plan.cluster!r}"
    )
  way, names = _way(plan), [name for name, _ in plan.slurm]
  if way != "slurm":
    if names:
      raise ValueError(f"--slurm goes with SLURM, found submitit ({way})")
    if way == "debug" and plan.workers not in (None, 1):
      raise ValueError("--cluster=debug does one row after the other")
    refuse_gpus(plan)
    workers_here(plan)
    return
  if not (plan.row_seconds or "time" in names):
    raise ValueError(
      "--engine=submitit on SLURM wants --row_seconds, or --slurm=time=MINUTES"
    )
  known = submitit.SlurmExecutor._valid_parameters()
  for name in names:
    if name not in known:
      raise ValueError(f"slurm: wanted one of {sorted(known)}, found {name!r}")


def open(plan: Plan, workdir: pathlib.Path) -> Submitit:
  """The engine."""
  return Submitit(plan, workdir)
