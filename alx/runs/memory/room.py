"""Whether a fit has room on its devices, in a line before it begins."""

import contextlib
import contextvars
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

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


class About(NamedTuple):
  """What of a fit a user may change for its memory."""

  patch: tuple[int, ...]  # extents, voxels
  batch: int
  multiple: int  # of an extent of a patch; 0: items are taken whole
  shared: bool  # by devices, on which a user wants to know
  saves: str  # settings that save memory


def about(config: Config) -> About:
  """That of a run.

  Args:
    config: resolved.
  """
  saves = "a smaller batch, accumulate, precision=bfloat16 and fit_devices"
  multiple = 0
  if config.model in UNETS:
    saves = "remat=True, " + saves
    multiple = 2 ** (len(config.widths) - 1)
  shared = config.fit_devices > 1
  return About(config.patch, config.batch, multiple, shared, saves)


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
  about: About,
  devices: Sequence[jax.Device],
  program_of: Callable | None = None,
) -> Callable:
  """Makes the `look` of `memory.Watched` for a fit.

  Args:
    about: the fit.
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
      line = _refusal(about, need.beside, free, measure)
      alone = "" if program_of else ", and one seed at a time"
      raise DataError(line + alone)
    tell = _TELL.get()
    small = need.beside < SMALL * free
    if tell and _is_worth_a_line(about, devices, small):
      tell(told(about, need, free))

  return look


def _is_worth_a_line(about, devices, small):
  """Not a small fit on a CPU by itself, nor what has no patches."""
  large = about.shared or devices[0].platform != "cpu" or not small
  return about.multiple and large


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


def told(about: About, need: memory.Need, free: float) -> str:
  """A line about the memory of a fit."""
  of = f" of {_mb(free)} free" if math.isfinite(free) else ""
  return (
    f"memory: a fit with {_batch(about)} takes {_mb(need.beside)} on each "
    f"device{of}, beside {_mb(need.given)} of images, labels and parameters"
  )


def _refusal(about, need, free, measure) -> str:
  wanted = _mb(need) if math.isfinite(need) else "more"
  line = (
    f"memory: a fit with {_batch(about)} wants {wanted} on each device, found "
    f"{_mb(free)} free"
  )
  if about.multiple:
    line += _that_fits(about, need, free, measure)
  return f"{line}; {about.saves} save memory"


def _that_fits(about, need, free, measure) -> str:
  found = patches.largest(about.patch, about.multiple, need, free, measure)
  if found is None:
    return ", and no smaller patch fits"
  patch, size, measured = found
  sides = ",".join(map(str, patch))
  by = "" if measured else ", by estimate"
  takes = f" ({_mb(size)}{by})" if size else ""
  return f"; the largest patch that fits is --set=patch={sides}{takes}"


def _batch(about) -> str:
  sides = "x".join(map(str, about.patch))
  of = f"patches of {sides}" if about.multiple else f"items of {sides}"
  return f"{about.batch} {of} in a batch"


def _mb(bytes_: float) -> str:
  size = bytes_ / 1e6
  return f"{size:,.{int(size < 10)}f} MB"
