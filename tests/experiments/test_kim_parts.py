"""The settings arrive where they are used."""

from experiments.kim.parts import config_of, descent_of, epochs_of, training_of
from experiments.kim.presets import make_settings


def test_the_machinery_is_told_the_protocol():
  kim = make_settings("code", "cpu", data="somewhere", coarsen=2)
  config = config_of(kim)
  assert (config.data, config.coarsen) == ("somewhere", 2)
  assert (config.start, config.query, config.rounds) == (8, 10, 4)
  assert config.pictures == 0 and config.acquisition == ()


def test_a_fit_is_told_how_long_and_on_what():
  kim = make_settings("code", "cpu")
  epochs = epochs_of(kim, True, "both", (24, 40, 24))
  assert (epochs.most, epochs.patience, epochs.monitor) == (20, 9, "dice")
  assert epochs.dropout and epochs.resample == "both"
  assert epochs.whole == (24, 40, 24) and epochs_of(kim, False).whole == ()
  assert epochs.descent == descent_of(kim)
  assert (epochs.descent.peak, epochs.descent.decay) == (3e-2, "decoupled")


def test_patches_are_cut_as_told():
  training = training_of(make_settings("paper", "cpu", flips=False))
  assert training.patch == (24, 40, 24) and training.overlap == 0.25
  assert not training.augment.flips
