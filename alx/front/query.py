"""The front door: arrays of any framework in, the items to label out.

import alx
items = alx.query("badge", k=50, logits=logits, features=features,
                  labelled=mask, key=0)
"""

import functools
from typing import Any, NamedTuple

import jax
import numpy as np

from alx.acquisition import BY_NAME, Acquisition, configure, settings_of
from alx.acquisition.base import meanings_of, scores_items
from alx.acquisition.combinations import combine
from alx.acquisition.grammar import Given, parse
from alx.acquisition.options import check_option, plain
from alx.front import inputs, words
from alx.front.blocks import describe_all
from alx.front.candidates import (
  check_target,
  read_candidates,
  sizes_of,
  told_clusters,
)
from alx.front.programs import (
  Programs,
  answered,
  is_small,
  programs_of,
  slots_and_count,
)
from alx.keys import as_key, key_or_seed

_WANTED = {
  "probs": "probs=, logits=, samples= or sample_logits=",
  "samples": "samples= or sample_logits=[S, N, ..., C]",
  "features": "features=[N, D]",
  "evidence": "evidence=[N, ..., C]",
  "beta": "evidence=[N, ..., L, 2]",
}


_OF_RUNS = {  # what arrays do not tell
  "costs": "costs of labels and a budget (--budget=slices:40)",
  "distances": "slices of volumes (--unit=slices:2)",
  "regions": "superpixels beside each other (--unit=superpixels:200)",
}
_FOUND = ("probs", "samples", "features", "evidence")


class Method(NamedTuple):
  """One line of the list of methods.

  Attributes:
    needs: what it reads, see `alx.acquisition.Acquisition`.
    paper: where it is from.
    options: by name, with their defaults.
    scores: whether `score` has a number per item.
    meanings: of the options by name: what each is for and what it may be.
  """

  needs: tuple[str, ...]
  paper: str
  options: dict[str, Any]
  scores: bool
  meanings: dict[str, str]


def methods() -> dict[str, Method]:
  """Every method by name: what it needs, its paper, its options explained."""
  return {
    name: Method(
      row.needs,
      row.paper,
      settings_of(row),
      scores_items(row),
      meanings_of(row),
    )
    for name, row in BY_NAME.items()
  }


def query(
  method: str,
  *,
  k: int | None = None,
  probs=None,
  logits=None,
  samples=None,
  sample_logits=None,
  features=None,
  evidence=None,
  labelled=None,
  available=None,
  groups=None,
  labels=None,
  key: int | jax.Array = 0,
  n: int | None = None,
  **options,
) -> np.ndarray:
  """The k items to label next, best first.

  Arrays may be of NumPy, JAX or any library that speaks DLPack. Predictions
  are read in blocks of at most 16 MB; beside the inputs the memory is what the
  method states. All arithmetic is float32.

  Args:
    method: a name of `methods()`, which also says what it needs; or a text of
      such names, "two_stage(entropy:100, k_center)", see
      `alx.acquisition.grammar`.
    k: how many items; always to be given.
    probs: [N, *sp, C] probabilities, one prediction per item.
    logits: [N, *sp, C] instead of probs: their softmax is taken.
    samples: [S, N, *sp, C] probabilities of S posterior samples, instead.
    sample_logits: [S, N, *sp, C] instead of samples: their softmax is taken.
    features: [N, D]; or [N, *sp, D], a vector per voxel (their mean is [N, D]).
      Far from 0 next to their spread, all are at one angle: for cosines
      subtract their mean. Only of 64 bits are those refused that float32
      cannot tell apart: what float32 had rounded before is not known.
    evidence: [N, *sp, C] Dirichlet parameters, above 0, C >= 2. For
      beta_entropy: [N, *sp, L, 2], the two of a Beta for each of L labels.
    labelled: [N] bool, items that have their label; never picked. None: none.
      `labeled` is the same.
    available: [N] bool, items that may be picked. None: all that are not
      labelled. What is neither is treated as if it were not there.
    groups: [N] names of patients or volumes: at most `max_per_group` (an
      option, 1; none if the method itself reads groups) picks of each, more
      only where the groups do not suffice. An
      unknown one (None, NaN, "", "n/a" ...) is nobody else.
    labels: [N] int classes, read where labelled.
    key: seed in [0, 2^32), or a key, typed or raw. The same key gives the same
      items.
    n: N, where no array says it (random), or where a shape can be read in two
      ways: [N, voxels, C] or passes, more passes than items, more classes than
      items or than rows of an image. It says that the axes are as told here:
      items first, of samples second, and classes last.
    **options: of the method, see `methods()`. `progress`, a function
      (done, total), is called where a method takes long.

  Returns:
    [k] int64, distinct and available.

  Raises:
    ValueError: an unknown method or option, a missing input, a wrong shape or
      one with two readings, NaN, probabilities that do not sum to one, k above
      what is available.
  """
  words.refuse_traced(k=k, n=n, key=key, **options)
  row, options = _row(method), dict(options)
  labelled = words.labelled_of(labelled, options)
  words.check(method, row, options, query)
  if k is None:
    raise ValueError("k= is missing: how many items are to be labelled next")
  progress = options.pop("progress", None)
  check_option("progress", progress)
  max_per_group = options.pop("max_per_group", None)
  configure(row, **options)  # an option that cannot be is told of first
  given = inputs.read_inputs(
    probs=probs,
    logits=logits,
    samples=samples,
    sample_logits=sample_logits,
    features=features,
    evidence=evidence,
    sizes=sizes_of(n, labelled, available, labels, groups),
    spatial="space" in row.needs,
    beta="beta" in row.needs,
  )
  _check_needs(method, row, given)
  candidates = read_candidates(given, labelled, available, groups, labels)
  check_target(options, candidates)
  told = told_clusters(method, options, given, candidates)
  if told:
    options.pop("clusters", None)  # None, which would hide what is told
  if "groups" in row.needs and candidates.groups is None:
    raise ValueError(f"{method} needs groups=[N]")
  cap = _cap(candidates, max_per_group, "groups" in row.needs)
  k = _check_k(k, candidates)
  if "progress" in settings_of(row):
    options["progress"] = progress
  compiled = _compiled(method, _frozen(options), cap, told)
  items = np.asarray(_choose(compiled, key, given, candidates, k), np.int64)
  items = items[:k]
  found = int((items < given.num_items).sum())
  if found < k:
    raise ValueError(f"{method}: only {found} of {k} items have finite scores")
  return items


def score(
  method: str,
  *,
  probs=None,
  logits=None,
  samples=None,
  sample_logits=None,
  features=None,
  evidence=None,
  key: int | jax.Array = 0,
  n: int | None = None,
  **options,
) -> np.ndarray:
  """One number per item, higher = label first.

  Args:
    method: a name of `methods()` whose `scores` is true.
    probs, logits, samples, sample_logits, features, evidence: see `query`.
    key, n, **options: see `query`.

  Returns:
    [N] float32, in nats where it is an information.

  Raises:
    ValueError: as `query`, and for a method that only chooses whole batches.
  """
  words.refuse_traced(n=n, key=key, **options)
  row = _row(method)
  if not scores_items(row):
    raise ValueError(
      f"{method} chooses items together and has no score for each; use query"
    )
  words.check(method, row, options, score)
  configure(row, **options)  # an option that cannot be is told of first
  given = inputs.read_inputs(
    probs=probs,
    logits=logits,
    samples=samples,
    sample_logits=sample_logits,
    features=features,
    evidence=evidence,
    sizes=sizes_of(n, None, None, None, None),
    spatial="space" in row.needs,
    beta="beta" in row.needs,
  )
  _check_needs(method, row, given)
  row, describe, *_ = _compiled(method, _frozen(options), None)
  return np.asarray(describe_all(as_key(key), row, describe, given))


def _choose(compiled, key, given, candidates, k):
  """Items of one program where the pool is small, else described in blocks."""
  if is_small(given, k):
    return answered(compiled, key_or_seed(key), given, candidates, k)
  row, describe, select, _ = compiled
  key_describe, key_select = jax.random.split(as_key(key))
  description = describe_all(key_describe, row, describe, given)
  return select(key_select, description, candidates, *slots_and_count(row, k))


def _row(method: str, told: Given = ()) -> Acquisition:
  """The row of a name, or what a text composes of rows."""
  if not isinstance(method, str):
    known = ", ".join(BY_NAME)
    raise ValueError(f"no method {method!r}; there are: {known}")
  stages = parse(method, told).stages
  if len(stages) > 1:
    raise ValueError(f"{method}: turns of rounds are for runs, found one query")
  return stages[0].acquisition


def _check_needs(method, row, given):
  """Raises if an input of the method is missing."""
  have = {
    "probs": given.probs is not None,
    "samples": given.probs is not None and given.probs.shape[0] > 1,
    "features": given.features is not None,
    "evidence": given.evidence is not None,
    "beta": _is_beta(given.evidence),
    "space": given.probs is not None and given.probs.ndim > 3,
    "groups": True,  # is told with the candidates
  }
  for need, what in _OF_RUNS.items():
    if need in row.needs:
      raise ValueError(f"{method} wants {what}, which alx run has: found none")
  missing = [need for need in row.needs if not have[need]]
  if missing == ["space"]:
    raise ValueError(
      f"{method} is for segmentation: wanted predictions with spatial axes, "
      f"found {given.probs.shape[1:]}"
    )
  if missing:
    wanted = " and ".join(_WANTED[m] for m in missing if m in _WANTED)
    found = [n for n, ok in have.items() if ok and n in _FOUND]
    few = " (S must be at least 2)" if "samples" in missing else ""
    raise ValueError(f"{method} needs {wanted}{few}, found {', '.join(found)}")


def _is_beta(evidence):
  return evidence is not None and evidence.ndim > 2 and evidence.shape[-1] == 2


def _cap(candidates, max_per_group, reads_groups):
  """Picks of one group, None where nothing is said of them."""
  if candidates.groups is None:
    if max_per_group is not None:
      raise ValueError("max_per_group needs groups=[N]")
    return None
  if max_per_group is None and reads_groups:
    return None
  cap = 1 if max_per_group is None else max_per_group
  integer = isinstance(cap, (int, np.integer)) and not isinstance(cap, bool)
  if not integer or cap < 1:
    raise ValueError(f"max_per_group: wanted an integer >= 1, found {cap!r}")
  return int(cap)


def _check_k(k, candidates):
  """k as an integer of Python."""
  left = int(candidates.available.sum())
  if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 0:
    raise ValueError(f"k: wanted an integer >= 0, found {k!r}")
  if k > left:
    raise ValueError(f"k = {k} items were asked for, {left} are available")
  return int(k)


def _frozen(options: dict) -> tuple:
  """Options in a form that can be looked up; they are compiled in."""
  options = {name: plain(value) for name, value in options.items()}
  for name, value in options.items():
    try:
      hash(value)
    except TypeError:
      raise ValueError(
        f"option {name}: wanted a number, text or function, found "
        f"{type(value).__name__}"
      ) from None
  return tuple(sorted(options.items()))


@functools.lru_cache(maxsize=128)
def _compiled(
  method: str, options: tuple, cap: int | None, told: Given = ()
) -> Programs:
  """The programs with the options in, compiled at most once."""
  row = configure(_row(method, told), **dict(options))
  if cap is not None:
    row = combine.capped_per_group(row, cap)
  return programs_of(row)
