"""How a starting set is chosen, as settings write it."""

from typing import Any

from alx import label_free
from alx.acquisition.grammar import parse
from alx.runs.settings.checks import did_you_mean
from alx.units.spec import parse_unit

RANDOM = "random"
STRATA = ("stratified", "balanced")  # these read the labels of the pool
LABELLED = "labelled"  # what the label maps hold already
EVENLY = "uniform"  # every n-th slice
_WORDS = RANDOM, EVENLY, LABELLED
_BEGIN = ("typiclust", "facility_location", "k_means")  # for example


def canonical(text: str) -> str:
  """The text in its one form.

  Raises:
    ValueError: if it is no way to choose before there is any label.
  """
  text = text.strip()
  if text in (*_WORDS, *STRATA):
    return text
  try:
    arm = parse(text)
  except ValueError as error:
    near = did_you_mean(text, (RANDOM, *STRATA))
    told = f"{text!r} is none{near}" if near else error
    raise ValueError(f"start_with: {told}") from None
  if len(arm.stages) > 1 or arm.needs != ("features",):
    needs = ", ".join(arm.needs) or "nothing"
    raise ValueError(
      f"start_with={text}: wanted {RANDOM}, {', '.join(STRATA)}, or one method "
      f"of features alone such as {', '.join(_BEGIN)}, found one that reads "
      f"{needs}"
    )
  return arm.text


def reads_features(text: str) -> bool:
  """Whether a way to choose looks at features."""
  return text not in (*_WORDS, *STRATA)


def check_unit(config: Any) -> None:
  """Refuses ways to choose a starting set that its units do not have.

  Raises:
    ValueError: in one line, with what is wanted.
  """
  kind, name = parse_unit(config.unit).kind, config.start_with
  if name == LABELLED and config.start_per_item:
    raise ValueError(
      f"start_per_item={config.start_per_item} does nothing with "
      f"start_with={LABELLED}"
    )
  if name == LABELLED:
    return
  if kind == "slices":
    _check_slices(config)
  elif config.start_per_item:
    raise ValueError(
      f"start_per_item: wanted unit=slices, found unit={config.unit}"
    )
  elif name == EVENLY or (kind != "whole" and name != RANDOM):
    raise ValueError(
      f"start_with: wanted {RANDOM} with unit={config.unit}, found {name}; "
      "only slices are chosen so"
    )


def _check_slices(config):
  unit, name = f"unit={config.unit}", config.start_with
  if name in STRATA:
    raise ValueError(
      f"start_with: wanted {RANDOM}, {EVENLY} or a method of features with "
      f"{unit}, found {name}"
    )
  if reads_features(name) and is_file(config.start_features):
    raise ValueError(
      f"start_features: wanted auto, {', '.join(label_free.NAMES)} with "
      f"{unit}, found {config.start_features}"
    )
  if config.start_per_item and config.max_per_group:
    raise ValueError(
      f"start_per_item={config.start_per_item} takes so many slices of an "
      f"item: max_per_group={config.max_per_group} says otherwise"
    )


def is_file(source: str) -> bool:
  """Whether features are in a file, not made or those of the data."""
  return source not in ("auto", *label_free.NAMES)
