"""What a program holds on a device, and what is free there."""

import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax

from alx.devices.parallel import is_traced

_ROOT = pathlib.Path("/")
_LIMITS = "memory.max", "memory.limit_in_bytes"  # of cgroups 2 and 1


class Need(NamedTuple):
  """Bytes on each device of a compiled program, as XLA plans it."""

  given: int  # arguments, which lie there before it runs
  beside: int  # what it works with and returns


class Watched:
  """A jitted function that is looked at before it first runs by itself."""

  def __init__(self, program: Callable, look: Callable):
    """Takes what is run, and who looks.

    Args:
      program: jitted.
      look: called with (program, its arguments), until it does not raise; not
        while another program is traced.
    """
    self._program, self._look, self._seen = program, look, False
    self.lower = program.lower

  def __call__(self, *args: Any) -> Any:
    """What the program gives; raises what `look` raises."""
    if not self._seen and not is_traced(args):
      self._look(self._program, args)
      self._seen = True
    return self._program(*args)


def need_of(program: Callable, *args: Any) -> Need | None:
  """Compiles a jitted function and says what it needs.

  A call with these arguments does not compile again.

  Args:
    program: jitted.
    *args: arrays, or what tells of their shapes.

  Returns:
    None where the backend does not tell.
  """
  plan = program.lower(*args).compile().memory_analysis()
  if plan is None:
    return None
  made = plan.temp_size_in_bytes + plan.output_size_in_bytes
  return Need(plan.argument_size_in_bytes, made - plan.alias_size_in_bytes)


def is_too_much(error: Exception) -> bool:
  """Whether jax says that a program wants more memory than there is."""
  return "RESOURCE_EXHAUSTED" in str(error)


def free_on(devices: Sequence[jax.Device], root: pathlib.Path = _ROOT) -> float:
  """Bytes that are free on each of some devices; infinity if nobody tells.

  Devices of a CPU share the memory of the machine. Swap counts as free: what
  needs it is slow and not impossible.

  Args:
    devices: at least 1, of one kind.
    root: of the files that tell of a machine.
  """
  if devices[0].platform == "cpu":
    return _free_here(root) / len(devices)
  return min(map(_free_of, devices))


def _free_of(device):
  told = device.memory_stats() or {}
  if "bytes_limit" not in told:
    return float("inf")
  return float(told["bytes_limit"] - told.get("bytes_in_use", 0))


def _free_here(root) -> float:
  """Of the machine, and of what this process is allowed of it."""
  known = {}
  for line in _lines(root / "proc/meminfo"):
    name, _, value = line.partition(":")
    known[name] = 1024.0 * int((value.split() or ["0"])[0])
  free = float("inf")
  if "MemAvailable" in known:
    free = known["MemAvailable"] + known.get("SwapFree", 0.0)
  return max(0.0, min(free, _allowed(root) - _held(root)))


def _allowed(root) -> float:
  """The least limit of the control groups that this process is in."""
  limits = [float("inf")]
  for line in _lines(root / "proc/self/cgroup"):
    _, kind, path = line.split(":", 2)
    if kind not in ("", "memory"):
      continue
    top = root / "sys/fs/cgroup" / kind
    inside = top / path.strip("/")
    for folder in (inside, *inside.parents):
      for name in _LIMITS:
        limits += [float(t) for t in _lines(folder / name) if t.isdecimal()]
      if folder == top:
        break
  return min(limits)


def _held(root) -> float:
  """Bytes that this process holds."""
  pages = [line.split()[1] for line in _lines(root / "proc/self/statm")]
  return float(pages[0]) * os.sysconf("SC_PAGE_SIZE") if pages else 0.0


def _lines(path) -> list[str]:
  """None of a file that is not there."""
  try:
    return path.read_text("utf-8").splitlines()
  except OSError:
    return []
