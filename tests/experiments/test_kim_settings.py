"""Presets and sizes: every difference is a named field."""

import dataclasses

import pytest

from experiments.config import override
from experiments.kim.settings import (
  PRESETS,
  SIZES,
  Kim,
  config_of,
  epochs_of,
  make_settings,
)


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
  config, epochs = config_of(kim), epochs_of(kim, True, "both")
  assert config.start == kim.start and config.pictures == 0
  assert epochs.descent.peak == kim.learning_rate and epochs.dropout


def test_fields_are_set_by_texts():
  kim = override(Kim(), ["stretch=0.9,1.1", "target=core,edema", "clip=1"])
  assert kim.stretch == (0.9, 1.1) and kim.target == ("core", "edema")
  assert kim.clip == 1.0


@pytest.mark.parametrize(
  ("make", "message"),
  [
    (lambda: make_settings("text", "cpu"), "preset: 'text' is not one of"),
    (lambda: make_settings("paper", "huge"), "size: 'huge' is not one of"),
    (lambda: Kim(acquisition=("bald",)), "arms: 'bald' is not one of random"),
    (lambda: Kim(members=0), "members must be at least 1, found 0"),
    (lambda: Kim(cover_start="first"), "cover_start: 'first'"),
  ],
)
def test_refusals_name_the_field(make, message):
  with pytest.raises(ValueError, match=message):
    make()
