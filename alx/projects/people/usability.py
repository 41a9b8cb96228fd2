"""What readers answer about the work: Likert scales and the SUS, from CSV."""

import csv
import pathlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from alx import csv_table
from alx.data.dataset import bad_input
from alx.stats.resampling import bootstrap, mean_of

HEAD = ("reader", "group", "question", "answer")
SUS = tuple(f"sus{n}" for n in range(1, 11))


class Answer(NamedTuple):
  """One answer of a reader."""

  reader: str
  group: str  # such as junior or senior; "": none
  question: str
  answer: float  # 1..points


def read_answers(path: pathlib.Path, points: int = 5) -> list[Answer]:
  """The answers of a CSV with the columns reader, group, question, answer.

  One row for each answer, the group optional; an empty answer is none. What
  is not asked on a scale (free text) does not belong in it.

  Args:
    path: of the file.
    points: of the scale: 1..points.

  Raises:
    DataError: another file, columns missing, an answer off the scale or given
      twice; one line with the row.
  """
  try:
    rows = csv_table.read(path)
  except (OSError, csv.Error) as error:
    raise bad_input(path, "a CSV of answers", error) from error
  wanted = f"the columns {', '.join(HEAD)} (group may be missing) and a row"
  if not rows or not set(HEAD) - {"group"} <= set(rows[0]):
    found = ", ".join(rows[0]) if rows else "no whole row"
    raise bad_input(path, wanted, found)
  answers = [_answer(path, n, row, points) for n, row in enumerate(rows, 2)]
  answers = [answer for answer in answers if answer is not None]
  _refuse_twice(path, answers)
  return answers


def _refuse_twice(path, answers):
  """One answer to a question, and one group, of each reader."""
  seen, group_of = set(), {}
  for answer in answers:
    key = answer.reader, answer.question.lower()
    if key in seen:
      raise bad_input(path, "one answer to a question", f"two of {key}")
    seen.add(key)
    group = group_of.setdefault(answer.reader, answer.group)
    if group != answer.group:
      found = f"{group or 'none'} and {answer.group or 'none'}"
      raise bad_input(path, f"one group of {answer.reader}", found)
    if group == "all":
      raise bad_input(path, "another group than all", "all: it means everybody")


def _answer(path, line, row, points):
  text = row["answer"].strip()
  if not text:
    return None
  try:
    value = float(text)
  except ValueError:
    value = np.nan
  if not (value == round(value) if np.isfinite(value) else False) or not (
    1 <= value <= points
  ):
    wanted = f"a whole answer 1..{points} in line {line}"
    raise bad_input(path, wanted, repr(text))
  names = [row[name].strip() for name in ("reader", "question")]
  if not all(names):
    raise bad_input(path, f"a reader and a question in line {line}", "none")
  return Answer(names[0], row.get("group", "").strip(), names[1], value)


def sus_score(answers: Sequence[float]) -> float:
  """System usability scale of one reader, 0 to 100 (Brooke 1996).

  2.5 times the sum of answer - 1 of the odd and 5 - answer of the even
  questions.

  Args:
    answers: 10 of 1..5, in the order of the questions.

  Raises:
    ValueError: for another number of them, or other answers.
  """
  values = np.asarray(answers, np.float64)
  if values.shape != (10,) or not ((values >= 1) & (values <= 5)).all():
    raise ValueError(f"sus: wanted 10 answers of 1..5, found {list(answers)}")
  return float(2.5 * ((values[::2] - 1).sum() + (5 - values[1::2]).sum()))


def sus_scores(answers: Sequence[Answer]) -> dict[str, float]:
  """The score of each reader who has answered sus1 to sus10; others: none."""
  of_reader = defaultdict(dict)
  for answer in answers:
    of_reader[answer.reader][answer.question.lower()] = answer.answer
  return {
    reader: sus_score([given[name] for name in SUS])
    for reader, given in sorted(of_reader.items())
    if set(SUS) <= set(given)
  }


def summary_rows(
  answers: Sequence[Answer], *, level: float = 0.95, draws: int = 2000
) -> list[dict[str, Any]]:
  """A row for each question and group, and for the SUS, of all readers too.

  Args:
    answers: of `read_answers`.
    level: of the bootstrap intervals over readers, in (0, 1).
    draws: resampled sets of readers.

  Returns:
    question, group ("all": everybody), readers, median, mean, mean_low,
    mean_high; NaN ends: one reader, or all alike.
  """
  group_of = {answer.reader: answer.group for answer in answers}
  values: dict[str, Mapping[str, float]] = defaultdict(dict)
  for answer in answers:
    values[answer.question][answer.reader] = answer.answer
  if scores := sus_scores(answers):
    values["SUS"] = scores
  found = []
  for question, given in sorted(values.items()):
    groups = sorted({group_of[reader] for reader in given} - {""})
    for group in ("all", *groups):
      chosen = [
        value
        for reader, value in given.items()
        if group in ("all", group_of[reader])
      ]
      head = {"question": question, "group": group, "readers": len(chosen)}
      found.append(head | _mean(np.array(chosen), level, draws))
  return found


def _mean(values, level, draws):
  found = bootstrap(
    mean_of(values), range(len(values)), level=level, num_draws=draws
  )
  return {
    "median": float(np.median(values)),
    "mean": float(found.value),
    "mean_low": float(found.low),
    "mean_high": float(found.high),
  }
