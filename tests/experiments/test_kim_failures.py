"""The hardest cases: which they are, and which of their slices is shown."""

import numpy as np
import pytest

from experiments.kim import failures
from experiments.kim.found import Found, Scores

DICE = np.array([0.9, 0.2, np.nan, 0.5])


def found(*arms):
  scores = [
    Scores(name, (0,), np.array([1]), dice[None, None]) for name, dice in arms
  ]
  return Found(tuple(scores), {0: DICE}, tuple("abcd"), tuple("abcd"), 9)


def test_the_hardest_come_first_and_the_undefined_last():
  mine = found(("random", DICE), ("margins", DICE + 0.1))
  assert failures.hardest(mine, 4) == [1, 3, 0, 2]
  assert failures.last_dice(mine)[0] == pytest.approx(0.95)
  assert failures.best_arm(mine).name == "margins"


def test_of_a_case_of_several_slices_the_fullest_is_shown():
  cases, sizes = ["a", "a", "b", "a"], [0, 3, 9, 3]
  assert failures.item_of("a", cases, sizes) == 1
  assert failures.item_of("b", cases, sizes) == 2
