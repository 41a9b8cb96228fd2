"""Sentences of the page, from rows that one can count."""

import pytest

from alx.report import words


def test_axes_are_told_with_the_rounds_that_mirrored_them():
  rows = [{"mirrored": "0 2"}, {"mirrored": "2"}, {"mirrored": "none"}]
  said = words.how_mirrored(rows)
  assert said.startswith("Of 3 rounds, ")
  assert "axis 0 in 1, axis 2 in 2," in said


def test_an_axis_of_every_round_is_in_all():
  assert "axis 1 in all," in words.how_mirrored([{"mirrored": "1"}] * 2)


def test_no_axis_is_said_to_be_none():
  said = words.how_mirrored([{"mirrored": "none"}])
  assert said.startswith("Of 1 round, ")
  assert "along no axis" in said


def test_nothing_is_said_where_labels_decide_nothing():
  assert words.how_mirrored([{"round": "0"}]) == ""


def test_what_was_set_beforehand_is_told():
  rows = [{"round": "0"}]
  assert "along every axis" in words.how_mirrored(rows, True)
  assert words.how_mirrored(rows, False).startswith("No image was mirrored")
  assert "along axis 1, as" in words.how_mirrored(rows, True, [1])
  assert "along axes 0 and 2, as" in words.how_mirrored(rows, True, [0, 2])


def test_members_of_an_ensemble_have_labels_of_their_own():
  said = words.how_mirrored([{"round": "0"}], True, by_labels=True)
  assert "of each member allowed it" in said
  assert "mirrored." in words.how_mirrored([], False, by_labels=True)


@pytest.mark.parametrize(
  ("labels", "told"),
  [(60, "60"), (12.5, "12.5"), (99_999, "99999"), (1_382_712, "1,382,712")],
)
def test_labels_have_all_their_digits(labels, told):
  assert words.labels(float(labels)) == told
  assert words.counted(labels, "label") == f"{told} labels"


def test_a_name_begins_a_sentence_as_it_is_written_elsewhere():
  told = [words.capital(n) for n in ("badge", "entropy", "two_stage(badge, x)")]
  assert told == ["BADGE", "Entropy", "two_stage(badge, x)"]
