"""How a starting set is chosen, as settings write it."""

from alx import label_free
from alx.acquisition.grammar import parse
from alx.runs.settings.checks import did_you_mean

RANDOM = "random"
STRATA = ("stratified", "balanced")  # these read the labels of the pool
_BEGIN = ("typiclust", "facility_location", "k_means")  # for example


def canonical(text: str) -> str:
  """The text in its one form.

  Raises:
    ValueError: if it is no way to choose before there is any label.
  """
  text = text.strip()
  if text in (RANDOM, *STRATA):
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
  return text not in (RANDOM, *STRATA)


def is_file(source: str) -> bool:
  """Whether features are in a file, not made or those of the data."""
  return source not in ("auto", *label_free.NAMES)
