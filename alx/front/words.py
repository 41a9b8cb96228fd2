"""The arguments of a call by name: what others call them, what is not known."""

import difflib
import inspect
from collections.abc import Callable, Collection
from typing import Any

from alx.acquisition import Acquisition, settings_of
from alx.front import inputs

# What other libraries call an argument of `query`.
_OTHERS = {
  "batch_size": "k",
  "budget": "k",
  "n_instances": "k",
  "num_samples": "k",
  "query_size": "k",
  "size": "k",
  "probabilities": "probs",
  "predictions": "probs",
  "preds": "probs",
  "proba": "probs",
  "prob": "probs",
  "mc_samples": "samples",
  "passes": "samples",
  "posterior": "samples",
  "logits_samples": "sample_logits",
  "mc_logits": "sample_logits",
  "embeddings": "features",
  "embedding": "features",
  "embeds": "features",
  "representations": "features",
  "x": "features",
  "alpha": "evidence",
  "alphas": "evidence",
  "dirichlet": "evidence",
  "train_mask": "labelled",
  "labelled_mask": "labelled",
  "labeled_mask": "labelled",
  "pool_mask": "available",
  "unlabelled": "available",
  "unlabeled": "available",
  "patients": "groups",
  "group": "groups",
  "y": "labels",
  "targets": "labels",
  "seed": "key",
  "rng": "key",
  "random_state": "key",
  "num_items": "n",
}


def labelled_of(labelled: Any, options: dict[str, Any]) -> Any:
  """`labelled`, or `labeled` of the options, which is taken out of them.

  Raises:
    ValueError: if both are given.
  """
  other = options.pop("labeled", None)
  if labelled is not None and other is not None:
    raise ValueError("labelled and labeled are one argument: give it once")
  return labelled if other is None else other


def check(
  method: str, row: Acquisition, options: dict[str, Any], call: Callable
) -> None:
  """Raises ValueError for a keyword that neither call nor method has.

  Args:
    method: as given.
    row: of the method.
    options: keywords that the call does not have itself.
    call: `query` or `score`.
  """
  arguments = [
    name
    for name, parameter in inspect.signature(call).parameters.items()
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY
  ]
  if call.__name__ == "query":
    arguments += ["max_per_group", "progress"]
  known = settings_of(row)
  for name in options:
    if name not in known and name not in arguments:
      raise ValueError(_unknown(method, name, [*known], arguments, call))


def _unknown(method, name, known, arguments, call):
  shown = ", ".join(option for option in known if option != "progress")
  near = nearest(name, [*known, *arguments])
  hint = f"did you mean {near}=? " if near else ""
  return (
    f"no option {name!r} of {method}, and no argument of {call.__name__}; "
    f"{hint}options of {method}: {shown or 'none'}; arguments: "
    f"{', '.join(arguments)}"
  )


def nearest(name: str, names: Collection[str]) -> str:
  """The one of the names that is meant by another; "" if none is near."""
  other = _OTHERS.get(name.lower())
  if other in names:
    return other
  near = difflib.get_close_matches(name.lower(), names, 1)
  return near[0] if near else ""


def refuse_traced(**arguments: Any) -> None:
  """Raises ValueError for one that is traced, see `inputs.refuse_traced`."""
  for name, value in arguments.items():
    inputs.refuse_traced(name, value)
