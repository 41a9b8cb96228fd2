"""Presets and sizes: every difference is a named field."""

import dataclasses

import pytest

from experiments.kim.presets import PRESETS, SIZES, make_settings, overridden
from experiments.kim.settings import Kim


def differences(a, b):
  names = [field.name for field in dataclasses.fields(a)]
  return {name for name in names if getattr(a, name) != getattr(b, name)}


def test_the_paper_at_its_size_is_the_default():
  kim = make_settings("paper", "paper")
  assert kim == Kim()
  assert (kim.start, kim.query, kim.rounds) == (40, 50, 6)
  assert kim.start + kim.query * kim.rounds == 340


def test_the_code_differs_in_the_fields_named_and_no_other():
  paper, code = make_settings("paper", "paper"), make_settings("code", "paper")
  assert differences(paper, code) == set(PRESETS["code"])
  assert code.blocks_down == (2, 1, 1, 1, 1) and code.shortlist == 2


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_every_size(preset, size):
  kim = make_settings(preset, size)
  levels = len(kim.widths)
  assert (len(kim.blocks_down), len(kim.blocks_up)) == (levels, levels - 1)
  assert all(n % 2 ** (levels - 1) == 0 for n in kim.patch)


def test_a_size_has_the_last_word():
  assert overridden("code", "cpu") == ("patience", "prediction")
  assert make_settings("code", "cpu").patience == 9
  assert overridden("code", "paper") == overridden("paper", "cpu") == ()


@pytest.mark.parametrize(
  ("preset", "size", "message"),
  [
    ("text", "cpu", "preset: 'text' is not one of paper, code"),
    ("paper", "huge", "size: 'huge' is not one of smoke, cpu, paper"),
  ],
)
def test_what_there_is_not_is_refused(preset, size, message):
  with pytest.raises(ValueError, match=message):
    make_settings(preset, size)
