"""A user corrects a model click by click: Dice against clicks."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from alx.interactive.user import Click, Spacing, next_click

MOST = 20  # clicks of a session, as published


class Course(NamedTuple):
  """One session."""

  dice: np.ndarray  # [most + 1] float64 after 0, 1, ... clicks
  clicks: tuple[Click, ...]  # that there were


class Needed(NamedTuple):
  """Clicks to a Dice, over sessions."""

  mean: float  # of those that reach it, and `most` of those that do not
  reached: float  # share of the sessions
  clicks: np.ndarray  # [n] int, most + 1 where it is not reached


def annotate(
  predict: Callable[[Sequence[Click]], np.ndarray],
  truth: np.ndarray,
  spacing: Spacing = None,
  *,
  most: int = MOST,
  draft: bool = False,
  suggest: Callable | None = None,
  rng: np.random.Generator | None = None,
  **user,
) -> Course:
  """A session in which a user corrects until nothing is wrong.

  Without a draft the user begins on an empty mask. Once nothing is wrong, or a
  suggestion has no place left, the Dice stays as it is.

  Args:
    predict: clicks so far -> probabilities [*sp] of the foreground.
    truth: [*sp] bool, which only the user sees.
    spacing: mm.
    most: clicks.
    draft: begin with `predict` of no click.
    suggest: (probabilities, clicks so far) -> voxel or None: where the model
      asks for a click, which the user answers by the truth there; None: the
      user chooses, see `user.next_click`.
    rng: of a user who draws.
    **user: options of `user.next_click`.

  Returns:
    Its course. A Dice of two empty masks is 1.
  """
  truth = np.asarray(truth, bool)
  clicks, probs = [], np.zeros(truth.shape)
  if draft:
    probs = predict(clicks)
  dice = [dice_of(probs > 0.5, truth)]
  for _ in range(most):
    click = _click(probs, truth, spacing, clicks, suggest, rng, user)
    if click is None:
      break
    clicks.append(click)
    probs = predict(clicks)
    dice.append(dice_of(probs > 0.5, truth))
  dice += [dice[-1]] * (most + 1 - len(dice))
  return Course(np.array(dice), tuple(clicks))


def _click(probs, truth, spacing, clicks, suggest, rng, user):
  if suggest is None or not clicks:  # what a session begins with is the user's
    return next_click(truth, probs > 0.5, spacing, rng=rng, **user)
  if ((probs > 0.5) == truth).all():
    return None
  place = suggest(probs, clicks)
  return None if place is None else Click(place, bool(truth[place]))


def dice_of(predicted: np.ndarray, truth: np.ndarray) -> float:
  """2 |A and B| / (|A| + |B|) of bool masks; 1 if both are empty."""
  total = int(predicted.sum()) + int(truth.sum())
  return 2 * int((predicted & truth).sum()) / total if total else 1.0


def clicks_needed(courses: Sequence[Course], target: float) -> Needed:
  """Clicks until the Dice is first at a target; those that never are censored.

  Args:
    courses: of as many clicks each.
    target: a Dice in (0, 1].

  Raises:
    ValueError: for another target, or no course.
  """
  if not 0 < target <= 1 or not courses:
    raise ValueError(
      f"wanted a Dice in (0, 1] and a course, found {target} and "
      f"{len(courses)} courses"
    )
  dice = np.stack([course.dice for course in courses])
  reached, most = dice >= target, dice.shape[1] - 1
  clicks = np.where(reached.any(1), reached.argmax(1), most + 1)
  counted = np.minimum(clicks, most)
  return Needed(float(counted.mean()), float(reached.any(1).mean()), clicks)


def summarise(courses: Sequence[Course]) -> np.ndarray:
  """[most + 1] mean Dice after 0, 1, ... clicks."""
  return np.stack([course.dice for course in courses]).mean(0)
