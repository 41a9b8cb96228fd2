"""Habits are checked."""

import pytest

from alx.effort.readers.habits import BY_NAME, Habits, habits_of


@pytest.mark.parametrize(
  "change",
  [
    {"content": 1.1},
    {"fixes": -0.1},
    {"misses": 2.0},
    {"invents": float("nan")},
    {"tolerance": -1.0},
    {"redraws_above": -1.0},
    {"part": -1.0},
    {"warp": "1"},
    {"spread": -0.1},
    {"pace": 0.0},
    {"grows": float("inf")},
  ],
)
def test_no_habits(change):
  with pytest.raises(ValueError, match=next(iter(change))):
    Habits(**change)


def test_habits_by_name():
  assert habits_of("oracle") == Habits()
  assert BY_NAME["senior"].warp < BY_NAME["junior"].warp
  with pytest.raises(
    ValueError, match="reader: wanted one of oracle, tolerant"
  ):
    habits_of("expert")
