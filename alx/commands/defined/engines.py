"""The flags that say who does the rows of a study."""

import dataclasses

from absl import flags

from alx.studies.engines.plan import Plan
from alx.studies.engines.table import ENGINES

flags.disclaim_key_flags()  # those defined here are the callers' own


def define() -> dict[str, flags.FlagHolder]:
  """--engine and what goes with it, by the names of a `Plan`."""
  default = Plan("local")
  return {
    "engine": flags.DEFINE_enum(
      "engine",
      None,
      list(ENGINES),
      "Who does the rows, several at once; without it this process does them, "
      "one after the other.",
    ),
    "cluster": flags.DEFINE_string(
      "cluster",
      None,
      "Of --engine: the address of Ray or of Dask's scheduler; slurm, local or "
      "debug for submitit. Without it an own one on this machine, or SLURM's "
      "where there is one.",
    ),
    "workers": flags.DEFINE_integer(
      "workers",
      None,
      "Rows at once; without it as many as fit, or all in a cluster's queue.",
      1,
    ),
    "cpus": flags.DEFINE_integer(
      "cpus", None, f"Processors of a row; default {default.cpus}.", 1
    ),
    "gpus": flags.DEFINE_integer(
      "gpus",
      None,
      "GPUs of a row; default 0: it runs on processors, unless JAX_PLATFORMS "
      "says otherwise.",
      0,
    ),
    "memory": flags.DEFINE_float(
      "memory", None, "GB of a row, for who shares them out.", 0
    ),
    "retries": flags.DEFINE_integer(
      "retries",
      None,
      f"Further tries of a row that failed; default {default.retries}.",
      0,
    ),
    "row_seconds": flags.DEFINE_float(
      "row_seconds", None, "After which a row is stopped, and given up.", 1
    ),
    "slurm": flags.DEFINE_multi_string(
      "slurm",
      [],
      "name=value, what submitit passes on to SLURM, such as partition=gpu; "
      "repeatable.",
    ),
  }


def plan_from(given: dict[str, flags.FlagHolder]) -> Plan | None:
  """The plan that the flags tell; None without --engine.

  Raises:
    ValueError: for a flag that goes with another engine, or with one at all.
  """
  told = {name: flag.value for name, flag in given.items()}
  told = {
    name: value for name, value in told.items() if value not in (None, [])
  }
  if "engine" not in told:
    for name in told:
      raise ValueError(f"--{name} goes with --engine")
    return None
  if "slurm" in told:
    if told["engine"] != "submitit":
      raise ValueError("--slurm goes with --engine=submitit")
    told["slurm"] = tuple(map(_pair, told["slurm"]))
  return dataclasses.replace(Plan("local"), **told)


def _pair(text):
  name, equals, value = text.partition("=")
  if not (name and equals and value):
    raise ValueError(f"slurm: wanted name=value, found {text!r}")
  return name, value
