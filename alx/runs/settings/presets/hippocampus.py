"""Hippocampus, Medical Segmentation Decathlon Task04: five methods.

  python -m experiments.run --config=hippocampus --data=Task04_Hippocampus

What came of it by the recipe of before, and of five seeds with 14 labels a
round by that of today, is in experiments/README.md.
"""

from alx.runs.settings.config import Config


def get_config() -> Config:
  """Random, foreground_random, entropy, bald, k_center; 3 seeds, 5 fits."""
  return Config(
    data="",
    acquisition=(
      "random",
      "foreground_random",
      "entropy",
      "bald",
      "k_center",
    ),
    seeds=3,
    test_items=60,
    start=6,
    query=6,
    rounds=4,
  )
