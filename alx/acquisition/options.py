"""What each option of the methods may be: one literal table."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

_MOST = 2**31 - 1  # of int32


class Check(NamedTuple):
  """What an option may be, in words and as a test."""

  wanted: str
  fits: Callable[[Any], bool]


def _whole(least, most=_MOST):
  top = "" if most == _MOST else f" and <= {most}"

  def fits(value):
    integer = isinstance(value, int) and not isinstance(value, bool)
    return integer and least <= value <= most

  return Check(f"an integer >= {least}{top}", fits)


def _number(wanted, inside, infinite=False):
  """A number whose value in float32 is inside."""

  def fits(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
      return False
    try:
      with np.errstate(over="ignore"):
        rounded = float(np.float32(value))
    except OverflowError:
      return False
    meant = infinite and value == np.inf
    return inside(rounded) and (meant or np.isfinite(rounded))

  return Check(f"a {'' if infinite else 'finite '}number {wanted}", fits)


def _listed(words):
  *first, last = words
  return f"{', '.join(first)} or {last}" if first else last


def _one_of(*names):
  return Check(
    _listed(names), lambda value: isinstance(value, str) and value in names
  )


def _or(check, wanted, fits):
  return Check(
    f"{check.wanted}, or {wanted}",
    lambda value: fits(value) or check.fits(value),
  )


def _or_none(check):
  return _or(check, "None", lambda value: value is None)


_NOT_NEGATIVE = _number(">= 0", lambda x: x >= 0)
_POSITIVE = _number("> 0", lambda x: x > 0)
_SHARE = _number("in [0, 1]", lambda x: 0 <= x <= 1)
_AT_LEAST_1 = _number(">= 1", lambda x: x >= 1)
_TRUTH = Check("True or False", lambda value: isinstance(value, bool))

# Where a name means another thing in some function, "function.name" is looked
# up first. A number has to be in its range as one of float32.
TABLE = {
  "aggregate": _one_of("max", "mean"),
  "bandwidth": _or_none(_POSITIVE),
  "beta": _NOT_NEGATIVE,
  "bits": _whole(1, 20),
  "cap_step": _number("in (0, 1]", lambda x: 0 < x <= 1),
  "cluster_size": _AT_LEAST_1,
  "clusters": _or_none(_whole(2)),
  "damping": _POSITIVE,
  "delta": _or_none(_number("in (0, 2]", lambda x: 0 < x <= 2)),
  "draw": _TRUTH,
  "eta": _POSITIVE,
  "factor": _AT_LEAST_1,
  "first": _one_of("norm", "uniform"),
  "growth": _AT_LEAST_1,
  "impurity": _one_of("entropy", "classes"),
  "ground": _or_none(_whole(1)),
  "influence.iterations": _whole(1),
  "iterations": _whole(0),
  "joint_samples": _whole(1),
  "keep": _whole(1),
  "kernel": _one_of("linear", "cosine", "rbf"),
  "kind": _one_of("flqmi", "flvmi", "flcmi", "gcmi", "com", "logdetmi"),
  "lam": _NOT_NEGATIVE,
  "limit": _whole(1),
  "linkage": _one_of("average", "ward", "complete", "single"),
  "max_clusters": _whole(1),
  "max_labelled": _whole(0),
  "max_targets": _whole(1),
  "min_size": _whole(0),
  "momentum": _number("in [0, 1)", lambda x: 0 <= x < 1),
  "num_clusters": _whole(1),
  "num_groups": _or_none(_whole(1)),
  "num_neighbours": _whole(1),
  "over": _one_of("sum", "mean", "max"),
  "oversample": _whole(1),
  "d2_sampling.power": _number(">= 0", lambda x: x >= 0, infinite=True),
  "power": _NOT_NEGATIVE,
  "prior": _POSITIVE,
  "progress": _or_none(Check("a function (done, total)", callable)),
  "purity": _SHARE,
  "rank": _whole(1),
  "reduce": _or(
    _one_of(
      *("mean", "sum", "max", "quantile", "top_fraction"),
      *("foreground", "boundary"),
    ),
    "a function",
    callable,
  ),
  "redundancy": _or_none(_NOT_NEGATIVE),
  "regions": _whole(1),
  "ridge": _POSITIVE,
  "share": _SHARE,
  "similarity": _one_of("cosine", "euclidean", "distance"),
  "squared": _TRUTH,
  "strength": _NOT_NEGATIVE,
  "swaps": _whole(0),
  "sweeps": _whole(0),
  "target_class": _or_none(_whole(0)),
  "trials": _whole(0),
  "updates": _whole(0),
  "weight": _NOT_NEGATIVE,
  "window": _whole(0, 64),
  "within": _one_of("random", "score"),
}

# What those are for that many functions have and few explain.
_SHARED = {
  "reduce": "how the scores of the voxels become one number of the item; does "
  "nothing without space",
  "ground": "as in `facility_location`",
  "progress": "called with (picked, k) now and then",
}


def meaning_of(function: Callable, name: str) -> str:
  """What an option of a function is for, and what it may be, in a line."""
  text = inspect.getdoc(function) or ""
  found = re.search(rf"^ +{name}: (.*(?:\n {{4,}}.*)*)", text, re.M)
  meaning = found[1] if found else _SHARED[name]
  check = TABLE.get(f"{function.__name__}.{name}") or TABLE[name]
  return f"{' '.join(meaning.split()).rstrip('.')} ({check.wanted})"


# What an option is read beside; beside anything else it does nothing.
READ_WITH = {
  "log_det.bandwidth": ("kernel", ("rbf",)),
  "dpp.bandwidth": ("kernel", ("rbf",)),
  "mmd.bandwidth": ("kernel", ("rbf",)),
  "mutual_information.eta": (
    "kind",
    ("flqmi", "flvmi", "flcmi", "com", "logdetmi"),
  ),
  "fisher.iterations": ("draw", (True,)),
  "prob_cover.clusters": ("delta", (None,)),
  "prob_cover.purity": ("delta", (None,)),
}


def keywords_of(function: Callable | None) -> dict[str, Any]:
  """The keyword-only arguments of a function with their defaults."""
  if function is None:
    return {}
  return {
    name: parameter.default
    for name, parameter in inspect.signature(function).parameters.items()
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY
  }


def check_options(function: Callable, options: dict[str, Any]) -> None:
  """Refuses options of a function of this package that cannot be.

  A traced value has no value yet and is not looked at.

  Raises:
    ValueError: for a value that is not in `TABLE`, or that does nothing.
  """
  while isinstance(function, functools.partial):
    function = function.func
  if not function.__module__.startswith("alx.acquisition."):
    return  # another's function may mean anything by a name
  known = {
    name: value
    for name, value in options.items()
    if not isinstance(value, jax.core.Tracer)
  }
  for name, value in known.items():
    check_option(name, value, function.__name__)
  settings = keywords_of(function)
  for name, value in known.items():
    other, wanted = READ_WITH.get(f"{function.__name__}.{name}", (name, ()))
    beside = options.get(other, settings[other])
    told = value is not settings[name] and value != settings[name]
    if other != name and told and beside not in wanted:
      raise ValueError(
        f"{name}={value!r} does nothing with {other}={beside!r}; it is for "
        f"{other}={_listed([repr(x) for x in wanted])}"
      )


def check_option(name: str, value: Any, function: str = "") -> None:
  """Refuses a value that the option cannot have.

  Args:
    name: of the option.
    value: of it; a number of NumPy or JAX is as good as Python's.
    function: that it is of.

  Raises:
    ValueError: what was wanted and what was found, in one line.
  """
  wanted, fits = TABLE.get(f"{function}.{name}") or TABLE[name]
  if not fits(plain(value)):
    found = " ".join(repr(value).split())
    found = found if len(found) <= 60 else f"{found[:57]}..."
    raise ValueError(f"{name}: wanted {wanted}, found {found}")


def plain(value: Any) -> Any:
  """A number of NumPy or JAX as one of Python; one that is traced stays."""
  array = isinstance(value, (np.generic, np.ndarray, jax.Array))
  if not array or isinstance(value, jax.core.Tracer) or value.ndim:
    return value
  return value.item()
