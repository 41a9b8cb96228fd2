"""The engines by name; each is imported when it is asked for."""

import importlib
import importlib.util
import pathlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from alx.studies.engines.attempt import Result, Task
from alx.studies.engines.plan import Plan


class Engine(Protocol):
  """Starts tries, and says how they ended."""

  slots: int | None  # tries at once; None: any number
  about: str  # a line for the user

  def start(self, task: Task, avoid: frozenset[str]) -> Any:
    """Hands a try over; what it returns stands for it.

    Args:
      task: the try.
      avoid: places that shall not get it if there are others.
    """

  def ended(self, handle: Any) -> Result | None:
    """How a try ended; None while it waits or runs."""

  def cancel(self, handle: Any) -> None:
    """Gives a try up, as far as that can be done."""

  def close(self) -> None:
    """Ends what the engine has started of its own."""


class Gone(Exception):
  """The cluster is not there any more."""


class _Home(NamedTuple):
  module: str
  package: str  # that must be installed; "": none
  extra: str


ENGINES = {
  "local": _Home("on_cores", "", ""),
  "ray": _Home("on_ray", "ray", "ray"),
  "dask": _Home("on_dask", "distributed", "dask"),
  "submitit": _Home("on_submitit", "submitit", "slurm"),
}


def opener(plan: Plan) -> Callable[[Plan, pathlib.Path], Engine]:
  """What opens the engine of a plan; nothing is started yet.

  Raises:
    ValueError: if its package is not installed, or the plan makes no sense.
  """
  home = ENGINES[plan.engine]
  if home.package and importlib.util.find_spec(home.package) is None:
    raise ValueError(
      f"--engine={plan.engine}: wanted the package {home.package} "
      f"(pip install 'alx-imaging[{home.extra}]'), found none"
    )
  module = importlib.import_module(f"alx.studies.engines.{home.module}")
  module.check(plan)
  return module.open
