"""The acquisitions that a run compares, as its settings write them."""

from collections.abc import Collection, Sequence

from alx.acquisition.grammar import folder_of, parse, shortlists, shown
from alx.runs.settings.checks import distinct

FULL = "full"  # names runs on all labels, in folders and in studies


def canonical(texts: Sequence[str], also: Collection[str] = ()) -> tuple:
  """The texts in their one form, see `alx.acquisition.grammar`.

  Args:
    texts: one for each arm.
    also: names that are no acquisitions and stay as they are.

  Raises:
    ValueError: for a text that is blank, wrong or there twice.
  """
  if not all(text.strip() for text in texts):
    found = repr(shown(",".join(texts)))
    raise ValueError(f"acquisition: wanted names between commas, found {found}")
  if FULL in texts and FULL not in also:
    raise ValueError(f"acquisition: {FULL} is none; full=True trains on all")
  found = tuple(t if t in also else parse(t).text for t in texts)
  distinct("acquisition", found)
  distinct("folders of acquisition", tuple(map(folder_of, found)))
  return found


def needs_of(texts: Sequence[str]) -> set[str]:
  """What some of the acquisitions read, see `Acquisition.needs`."""
  return {need for text in texts for need in parse(text).needs}


def compare_features(texts: Sequence[str]) -> bool:
  """Whether one of them, in one of its turns, looks at features alone."""
  stages = [stage for text in texts for stage in parse(text).stages]
  return any(stage.acquisition.needs == ("features",) for stage in stages)


def notes(texts: Sequence[str], num_items: int, query: int) -> list[str]:
  """A line for each two_stage of which one stage has nothing to choose.

  Args:
    texts: canonical ones.
    num_items: that may be asked for after the starting set.
    query: how many are.
  """
  lines = []
  for text in texts:
    for first, second, kept in shortlists(text):
      if kept >= num_items:
        lines.append(
          f"{text}: {first} keeps {kept}, no more than {num_items} are there: "
          f"{second} alone chooses"
        )
      elif kept <= query:
        lines.append(
          f"{text}: {first} keeps {kept}, and {query} are asked for: {second} "
          "chooses nothing"
        )
  return lines


def check_turns(texts: Sequence[str], rounds: int) -> None:
  """Raises ValueError for an acquisition whose turn never comes."""
  for text in texts:
    turns = [stage.rounds for stage in parse(text).stages[:-1]]
    if turns and sum(turns) >= rounds:
      raise ValueError(
        f"acquisition {text}: the last turn begins in round {sum(turns) + 1}, "
        f"there are {rounds} rounds"
      )
