"""Times a case against its baselines, and the machine it ran on."""

import contextlib
import functools
import importlib.metadata
import importlib.util
import io
import pathlib
import platform
import statistics
import time
import warnings
from collections.abc import Callable, Iterator

import jax

from alx.devices.processes import cores_here
from experiments.benchmarks.acquisition_case import Case

PEERS = (
  "jax",
  "jaxlib",
  "numpy",
  "scipy",
  "scikit-learn",
  "torch",
  "batchbald-redux",
  "apricot-select",
  "submodlib-py",
  "baal",
  "scikit-activeml",
)
_TURN_S = 0.2
COLUMNS = (
  "kernel",
  "size",
  "ours_s",
  "compile_s",
  "baseline",
  "theirs_s",
  "ratio",
  "bar",
  "met",
  "agree",
  "note",
)


def measure(case: Case, repeats: int, seed: int = 0) -> Iterator[dict]:
  """One row for each baseline: medians of turns taken one after the other.

  Ours and every baseline that is not slow take a turn in every repeat, after
  two that are not; what ours took longer in the first of them is compilation.

  Args:
    case: what to compare.
    repeats: turns that count, >= 1.
    seed: of the inputs.
  """
  inputs = case.make(seed)
  contenders = {"": case.ours} | {
    name: run for name, run in case.baselines.items() if name not in case.slow
  }
  first, answers, notes = _turn(contenders, inputs)
  seconds = {name: [] for name in answers}
  ready = {name: contenders[name] for name in answers}
  warm, _, _ = _turn(ready, inputs)
  for _ in range(repeats):
    turn, answers, _ = _turn(ready, inputs, warm)
    for name, each in turn.items():
      seconds[name].append(each)
  ours = statistics.median(seconds[""])
  start = {
    "kernel": case.kernel,
    "size": case.size,
    "ours_s": ours,
    "compile_s": max(first[""] - ours, 0.0),
  }
  for name in case.baselines:
    if name in case.slow:
      turn, late, missing = _turn({name: case.baselines[name]}, inputs)
      seconds |= {key: [value] for key, value in turn.items()}
      answers, notes = answers | late, notes | missing
    theirs = statistics.median(seconds[name]) if name in answers else None
    yield start | _verdict(case, name, ours, theirs, answers, notes)


def _turn(contenders: dict[str, Callable], inputs, last: dict | None = None):
  """Seconds and answers of those that run, and why the others do not.

  Given the seconds of the last turn, a call that is over in less than
  `_TURN_S` is made as often as fits in it, as `timeit` does: seconds are means.
  """
  seconds, answers, notes = {}, {}, {}
  for name, run in contenders.items():
    calls = max(1, int(_TURN_S / last[name])) if last else 1
    start = time.perf_counter()
    try:
      # Some libraries draw bars or warn on every call.
      with _silence():
        for _ in range(calls):
          answers[name] = jax.block_until_ready(run(inputs))
    except Exception as error:
      if not name:
        raise
      absent = isinstance(error, ModuleNotFoundError)
      reason = f"failed: {type(error).__name__}: {error}"
      notes[name] = "not installed" if absent else reason
    else:
      seconds[name] = (time.perf_counter() - start) / calls
  return seconds, answers, notes


@contextlib.contextmanager
def _silence():
  nowhere = io.StringIO()
  with (
    warnings.catch_warnings(),
    contextlib.redirect_stdout(nowhere),
    contextlib.redirect_stderr(nowhere),
  ):
    warnings.simplefilter("ignore")
    yield


def _verdict(case, name, ours, theirs, answers, notes):
  """What the table says of one baseline; None where there is nothing to say."""
  bar = case.bars.get(name)
  ratio = theirs / ours if theirs else None
  judged = bar is not None and ratio is not None
  return {
    "baseline": name,
    "theirs_s": theirs,
    "ratio": ratio,
    "bar": bar,
    "met": ("yes" if ratio >= bar else "no") if judged else None,
    "agree": case.agree(answers[""], answers[name]) if theirs else None,
    "note": notes.get(name) or ("run once" if name in case.slow else ""),
  }


def all_cores() -> int:
  """Lets every library use every core it may use; returns how many.

  XLA takes them all by itself. OpenMP and BLAS are told through threadpoolctl,
  which comes with scikit-learn, and torch by its own function.
  """
  cores = len(cores_here())
  if importlib.util.find_spec("threadpoolctl"):
    import threadpoolctl

    threadpoolctl.threadpool_limits(cores)
  if importlib.util.find_spec("torch"):
    import torch

    torch.set_num_threads(cores)
  return cores


@functools.cache
def machine() -> dict[str, str]:
  """Processor, cores and versions of what is compared."""
  found = {
    "cpu": _processor(),
    "cores": str(len(cores_here())),
    "device": jax.devices()[0].device_kind,
    "python": platform.python_version(),
  }
  for name in PEERS:
    try:
      found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
      found[name] = "not installed"
  return found


def _processor() -> str:
  """Linux keeps its name where `platform` does not look."""
  path = pathlib.Path("/proc/cpuinfo")
  lines = path.read_text("utf-8").splitlines() if path.exists() else []
  names = [
    line.split(":", 1)[1].strip() for line in lines if "model name" in line
  ]
  return names[0] if names else platform.processor() or platform.machine()
