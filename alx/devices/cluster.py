"""What a scheduler says of the processes that it started together."""

import os
import re
from collections.abc import Mapping

from alx.devices.company import Place

AUTO = "auto"
# (how many, which one), as the tasks of a job are told.
_NUMBERS = {
  "SLURM": ("SLURM_NTASKS", "SLURM_PROCID"),
  "Open MPI": ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
}
_NODES = "SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"
_PORTS = 2**12  # the last ones that there are: as jax takes one for a job


def place_of(
  coordinator: str | None,
  num_processes: int | None,
  process_id: int | None,
  environment: Mapping[str, str] = os.environ,
) -> Place | None:
  """Where this process stands; None for a single one.

  Args:
    coordinator: "host:port" of process 0, "auto" for that of the SLURM job, or
      None: this process is alone.
    num_processes: how many there are; None: as SLURM or Open MPI say.
    process_id: of this one, from 0 on; None: the same.
    environment: where a scheduler says so.

  Raises:
    ValueError: for what is missing, no address, or no number in range.
  """
  if coordinator is None:
    _check_alone(num_processes, process_id)
    return None
  told = _numbers(environment)
  count = told[0] if num_processes is None else num_processes
  number = told[1] if process_id is None else process_id
  given = {"num_processes": count, "process_id": number}
  missing = [f"--{name}" for name, value in given.items() if value is None]
  if missing:
    raise ValueError(
      f"coordinator={coordinator}: wanted {' and '.join(missing)}, or a task "
      "of SLURM (srun) or Open MPI (mpirun), found neither"
    )
  if coordinator == AUTO:
    coordinator = _of_slurm(environment)
  place = Place(coordinator, count, number)
  check(place)
  return place if count > 1 else None


def check(place: Place) -> None:
  """Raises ValueError for no address, or no number in range."""
  host, _, port = place.coordinator.rpartition(":")
  if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
    raise ValueError(
      f"coordinator: wanted host:port, found {place.coordinator!r}"
    )
  if not 0 <= place.process_id < place.num_processes:
    raise ValueError(
      f"process_id: wanted one in [0, {place.num_processes}), found "
      f"{place.process_id}"
    )


def _check_alone(num_processes, process_id):
  if num_processes in (None, 1) and process_id in (None, 0):
    return
  raise ValueError(
    "several processes want --coordinator=HOST:PORT of process 0, or "
    "--coordinator=auto under SLURM"
  )


def _numbers(environment):
  """(how many, which one) of the first scheduler that says both."""
  for names in _NUMBERS.values():
    found = [environment.get(name, "") for name in names]
    if all(map(str.isdecimal, found)):
      return tuple(map(int, found))
  return None, None


def _of_slurm(environment):
  """The first node of the job, and a port that follows from its number."""
  nodes = next((environment[n] for n in _NODES if environment.get(n)), "")
  first = re.match(r"(?:\[\d[^]]*\]|[^],[])+(?=,|$)", nodes)
  job = environment.get("SLURM_JOB_ID", "")
  if not first or not job.isdecimal():
    raise ValueError(
      "coordinator=auto: wanted a task of SLURM (SLURM_JOB_ID and "
      f"{' or '.join(_NODES)}), found none: --coordinator=HOST:PORT"
    )
  port = environment.get("JAX_COORDINATOR_PORT")
  port = port or 2**16 - _PORTS + int(job) % _PORTS
  host = re.sub(r"\[(\d+)[^]]*\]", r"\1", first[0])
  return f"{host}:{port}"
