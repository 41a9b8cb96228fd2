"""What a cold-start page says of the study itself."""

from alx.runs.settings.config import Config
from experiments.cold import words
from tests.cold_cases import plan_of


def test_only_networks_are_learned_anew_for_every_seed():
  told = words._encoders(plan_of(encoders=("pca", "simclr")))
  assert "first 8 principal components at most, the same for every seed" in told
  assert "simclr: networks of 4 and 8 channels" in told and "anew" in told
  assert "does not contrast items of one patient" in told
  alone = words._encoders(plan_of())
  assert "networks" not in alone and "contrast" not in alone


def test_the_oracle_is_marked():
  (told,) = words._foreground(plan_of("segmentation"))
  assert "uses what a reader would not know" in told
  assert words._foreground(plan_of()) == ()


def test_what_is_compared_and_how_coarse_a_percentile_is():
  plan = plan_of(seeds=2, draws=15)
  assert "2 seeds for every arm, 15 random sets" in words._comparisons(plan, 60)
  assert "one set is 7 points" in words.beside_note(plan, 5)


def test_a_model_is_trained_as_the_settings_say():
  told = words._training(Config(model="cnn", steps=7, batch=3))
  assert "(cnn, 7 steps of 3)" in told
