"""Tests of what a run takes where its settings say nothing."""

import pytest

from alx.runs.settings.config import Config
from alx.runs.settings.recipes import RECIPES, fill, patch_for, recipe_of


def test_classic_is_what_runs_took_before_there_were_recipes():
  config = fill(
    Config(recipe="classic"), recipe_of("classic", "segmentation", 3)
  )
  found = (config.model, config.widths, config.batch, config.optimizer)
  assert found == ("unet", (8, 16, 32), 4, "adam")
  assert (config.learning_rate, config.steps, config.dropout) == (
    4e-3,
    300,
    0.2,
  )
  assert config.flips and config.flips_by_labels is False


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_knows_every_kind_of_data(name):
  assert RECIPES[name].keys() == RECIPES["classic"].keys()


def test_what_is_set_stays():
  given = Config(dropout=0.0, steps=7, optimizer="sgd", flips_by_labels=False)
  config = fill(given, recipe_of("light", "segmentation", 2))
  assert (config.dropout, config.steps, config.optimizer) == (0.0, 7, "sgd")
  assert config.flips_by_labels is False
  assert (config.model, config.batch) == ("light_unet", 2)


def test_a_network_by_name_has_its_own_widths():
  recipe = recipe_of("light", "classification", 2)
  assert fill(Config(model="resnet"), recipe).widths == (64, 128, 256, 512)
  recipe = recipe_of("light", "segmentation", 3)
  assert fill(Config(model="unet"), recipe).widths == (8, 16, 32)


@pytest.mark.parametrize("dims", [2, 3])
def test_masks_are_mirrored_only_where_somebody_says_so(dims):
  def mirrored(**told):
    config = fill(Config(**told), recipe_of("light", "segmentation", dims))
    return config.flips, config.flips_by_labels

  assert mirrored() == mirrored(flips=False) == (False, False)
  assert mirrored(flips=True) == (True, False)
  assert mirrored(flips_by_labels=True) == (True, True)


def test_axes_that_are_named_are_mirrored_whatever_recipe_and_labels_say():
  recipe = recipe_of("light", "classification", 2)
  config = fill(Config(flip_axes=(1,)), recipe)
  assert (config.flips, config.flips_by_labels) == (True, False)
  with pytest.raises(ValueError, match="both say what is mirrored"):
    Config(flip_axes=(1,), flips_by_labels=True)


def test_the_rate_and_the_windows_are_the_recipes_unless_somebody_says():
  volumes = recipe_of("light", "segmentation", 3)
  for other in ("classic", 3), ("light", 2):
    before = recipe_of(other[0], "segmentation", other[1])
    found = fill(Config(recipe=other[0]), before)
    assert (found.schedule, found.overlap) == ("warmup_cosine", 0.25)
  found = fill(Config(), volumes)
  assert (found.schedule, found.overlap) == ("polynomial", 0.5)
  told = fill(Config(schedule="warmup_cosine", overlap=0.25), volumes)
  assert (told.schedule, told.overlap) == ("warmup_cosine", 0.25)
  assert fill(Config(overlap=0.0), volumes).overlap == 0.0


def test_unknown_data_are_told():
  with pytest.raises(ValueError, match="classification of 4-D images"):
    recipe_of("light", "classification", 4)


def test_a_patch_is_a_share_of_the_median_extent_or_what_most_items_fit_in():
  extents = [(30, 9), (36, 9), (90, 9)]
  assert patch_for(extents, 2 / 3, 4) == (24, 8)  # of 36 and 9: 24 and 6
  assert patch_for(extents, 0.0, 4) == (80, 12)  # 79.2 and 9
  assert patch_for([(300, 300)], 0.0, 16) == (256, 256)


def test_a_fit_to_all_labels_may_take_several_times_the_steps():
  recipe = recipe_of("light", "segmentation", 3)
  assert fill(Config(steps=30), recipe).full_steps == 240
  slices = recipe_of("light", "segmentation", 2)
  assert fill(Config(steps=30), slices).full_steps == 158  # 5.25 of 30, 157.5
  assert fill(Config(steps=30, full_steps=40), recipe).full_steps == 40
  ends = Config(steps=30, schedule="converged")
  assert fill(ends, recipe).full_steps == 30
  published = recipe_of("classic", "segmentation", 3)
  assert fill(Config(steps=30, recipe="classic"), published).full_steps == 30
