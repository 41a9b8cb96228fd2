"""Whether a fit has room on its devices, in a line before it begins."""

import contextlib
import contextvars
import math
from collections.abc import Callable, Iterator, Sequence

import jax
from rich.console import Console

from alx.data.dataset import DataError
from alx.devices import memory
from alx.runs.memory import patches
from alx.runs.settings.config import Config
from alx.runs.settings.recipes import UNETS

SMALL = 0.1  # share of what is free, below which a CPU's fit is not told
_TELL: contextvars.ContextVar[Callable | None] = contextvars.ContextVar(
  "tell", default=None
)


@contextlib.contextmanager
def telling(console: Console) -> Iterator[None]:
  """Inside of it the first fit that is worth a line has one there."""
  lines = []

  def once(line):
    if not lines:
      console.print(line, markup=False, highlight=False, soft_wrap=True)
    lines.append(line)

  token = _TELL.set(once)
  try:
    yield
  finally:
    _TELL.reset(token)


def looking(
  config: Config,
  devices: Sequence[jax.Device],
  program_of: Callable | None = None,
) -> Callable:
  """Makes the `look` of `memory.Watched` for the fit of some settings.

  Args:
    config: resolved.
    devices: that share the fit.
    program_of: patch -> the same jitted program for it; None: it is one of
      several seeds, and smaller patches are not measured.

  Returns:
    (program, args) -> None; compiles, tells, and raises DataError for what has
    no room.
  """

  def look(program, args):
    own = jax.process_index()  # those of other processes do not tell
    free = memory.free_on([d for d in devices if d.process_index == own])
    need = _need(program, args)
    if need is None:
      return
    if need.beside > free:
      measure = program_of and _measuring(program_of, args)
      line = _refusal(config, need.beside, free, measure)
      alone = "" if program_of else ", and one seed at a time"
      raise DataError(line + alone)
    tell = _TELL.get()
    small = need.beside < SMALL * free
    if tell and _is_worth_a_line(config, devices, small):
      tell(told(config, need, free))

  return look


def _is_worth_a_line(config, devices, small):
  """Not a small fit on a CPU by itself, nor what has no patches."""
  large = config.fit_devices > 1 or devices[0].platform != "cpu" or not small
  return config.model in UNETS and large


def _need(program, args) -> memory.Need | None:
  """Infinity where the compiler finds that there is too little."""
  try:
    return memory.need_of(program, *args)
  except jax.errors.JaxRuntimeError as error:
    if not memory.is_too_much(error):
      raise
    return memory.Need(0, math.inf)


def _measuring(program_of, args):
  def measure(patch):
    need = _need(program_of(patch), args)
    return math.inf if need is None else need.beside

  return measure


def told(config: Config, need: memory.Need, free: float) -> str:
  """A line about the memory of a fit."""
  of = f" of {_mb(free)} free" if math.isfinite(free) else ""
  return (
    f"memory: a fit with {_batch(config)} takes {_mb(need.beside)} on each "
    f"device{of}, beside {_mb(need.given)} of images, labels and parameters"
  )


def _refusal(config, need, free, measure) -> str:
  wanted = _mb(need) if math.isfinite(need) else "more"
  line = (
    f"memory: a fit with {_batch(config)} wants {wanted} on each device, found "
    f"{_mb(free)} free"
  )
  save = "a smaller batch, accumulate,"
  if config.model in UNETS:
    multiple = 2 ** (len(config.widths) - 1)
    line += _that_fits(config.patch, multiple, need, free, measure)
    save += " remat=True,"
  return f"{line}; {save} precision=bfloat16 and fit_devices save memory"


def _that_fits(patch, multiple, need, free, measure) -> str:
  found = patches.largest(patch, multiple, need, free, measure)
  if found is None:
    return ", and no smaller patch fits"
  patch, size, measured = found
  sides = ",".join(map(str, patch))
  by = "" if measured else ", by estimate"
  takes = f" ({_mb(size)}{by})" if size else ""
  return f"; the largest patch that fits is --set=patch={sides}{takes}"


def _batch(config) -> str:
  sides = "x".join(map(str, config.patch))
  of = f"patches of {sides}" if config.model in UNETS else f"items of {sides}"
  return f"{config.batch} {of} in a batch"


def _mb(bytes_: float) -> str:
  size = bytes_ / 1e6
  return f"{size:,.{int(size < 10)}f} MB"
