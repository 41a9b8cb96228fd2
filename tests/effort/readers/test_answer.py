"""Readers accept, edit and redraw."""

import dataclasses

import numpy as np
import pytest

from alx.effort.readers.answer import agreement, answer_of
from alx.effort.readers.habits import BY_NAME, Habits

TRUTH = np.zeros((20, 20), np.uint8)
TRUTH[3:9, 3:9] = 1
TRUTH[12:17, 12:17] = 2


def with_errors():
  """A draft with a large error, a small one and a speck."""
  draft = TRUTH.copy()
  draft[3:6, 3:9] = 0  # 18 voxels are missing
  draft[12:14, 12:14] = 0  # 4
  draft[1, 18] = 1
  return draft


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_answer_is_a_function_of_the_key(name):
  one, again = (
    answer_of(5, BY_NAME[name], TRUTH, with_errors(), 3) for _ in "12"
  )
  assert (one.label == again.label).all()
  assert one.decision == again.decision and one.pace == again.pace
  assert one.label.dtype == TRUTH.dtype and one.label.max() <= 2


def test_the_oracle_accepts_the_truth_only():
  right = answer_of(0, Habits(), TRUTH, TRUTH.copy(), 3)
  assert right.decision == "accept" and right.edit.changed.sum() == 0
  edited = answer_of(0, Habits(part=1.0), TRUTH, with_errors(), 3)
  assert edited.decision == "edit" and (edited.label == TRUTH).all()
  assert edited.pace == 1.0


def test_without_a_draft_it_is_drawn():
  answer = answer_of(0, Habits(), TRUTH, None, 3)
  assert answer.decision == "scratch" and (answer.label == TRUTH).all()
  assert (answer.edit.added == answer.edit.whole).all()


def test_a_useless_draft_is_thrown_away_or_edited_out_of_habit():
  useless = np.zeros_like(TRUTH)
  useless[0:8, 10:18] = 1
  thrown = answer_of(0, Habits(), TRUTH, useless, 3)
  assert thrown.decision == "redraw" and (thrown.label == TRUTH).all()
  habit = answer_of(0, Habits(redraws_above=0.0), TRUTH, useless, 3)
  assert habit.decision == "edit" and (habit.label == TRUTH).all()


def test_the_tolerant_stop_when_it_is_good_enough():
  habits = Habits(tolerance=1.0, content=0.9, part=1.0)
  answer = answer_of(0, habits, TRUTH, with_errors(), 3)
  assert answer.decision == "edit"
  assert agreement(answer.label, TRUTH, 3, 1.0, None) >= 0.9
  assert (answer.label != TRUTH).any()  # the speck or the corner stays
  content = answer_of(0, habits, TRUTH, answer.label, 3)
  assert content.decision == "accept"


def test_the_anchored_mend_large_parts_first():
  habits = Habits(fixes=0.6, redraws_above=0.0)
  answer = answer_of(0, habits, TRUTH, with_errors(), 3)
  assert (answer.label[3:9, 3:9] == 1).all()  # 18 of 23 wrong voxels
  assert (answer.label[12:14, 12:14] == 0).all()
  assert answer.label[1, 18] == 1
  assert answer.edit.changed.tolist() == [18, 0]


def test_what_is_within_the_tolerance_stays_beside_a_larger_error():
  square = np.zeros((20, 20), np.uint8)
  square[5:15, 5:15] = 1
  draft = np.zeros_like(square)
  draft[4:16, 4:16] = 1  # a voxel outside all around
  shell = draft.copy()
  draft[8:11, 16:19] = 1  # and a handle on it
  habits = Habits(tolerance=1.5, redraws_above=0.0)
  answer = answer_of(0, habits, square, draft, 2)
  assert answer.decision == "edit"
  assert (answer.label[:, 16:] == 0).all()
  left = (answer.label != square).sum()
  assert 35 <= left <= (shell != square).sum() == 44
  # The price is of what was done: of the handle's 7 free pixels the 5 that are
  # more than 1.5 from the outline that is left.
  assert answer.edit.erased.sum() == 5
  assert answer_of(0, habits, square, shell, 2).decision == "accept"


def test_agreement_of_nothing_with_nothing():
  empty = np.zeros((4, 4), int)
  assert agreement(empty, empty, 3, 0.0, None) == 1.0
  assert agreement(TRUTH, TRUTH, 3, 0.0, None) == 1.0


def test_an_opinion_is_the_same_whatever_is_shown():
  habits = dataclasses.replace(
    BY_NAME["junior"], content=1.0, fixes=1.0, tolerance=0.0, redraws_above=0.0
  )
  scratch = answer_of(9, habits, TRUTH, None, 3)
  edited = answer_of(9, habits, TRUTH, with_errors(), 3)
  assert (scratch.label == edited.label).all()
  assert scratch.pace == edited.pace


@pytest.mark.parametrize(
  ("truth", "draft", "told"),
  [
    (TRUTH.astype(float), None, "truth: wanted integer classes"),
    (TRUTH + 2, None, "truth: wanted classes 0..2"),
    (TRUTH, TRUTH[1:], "one shape"),
    (TRUTH, TRUTH + 1, "draft: wanted classes 0..2"),
  ],
)
def test_what_cannot_be_read_is_refused(truth, draft, told):
  with pytest.raises(ValueError, match=told):
    answer_of(0, Habits(), truth, draft, 3)


def test_pace_has_the_mean_it_says():
  habits = Habits(pace=2.0, spread=0.3)
  small = np.zeros((3, 3), int)
  found = [answer_of(k, habits, small, None, 2).pace for k in range(400)]
  assert np.mean(found) == pytest.approx(2.0, rel=0.05)
  assert np.log(found).std() == pytest.approx(0.3, rel=0.15)
  quick = answer_of(0, BY_NAME["fast"], small, None, 2).pace
  assert quick < answer_of(0, BY_NAME["slow"], small, None, 2).pace
