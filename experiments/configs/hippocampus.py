"""Hippocampus, Medical Segmentation Decathlon Task04."""

from experiments.config import Config


def get_config() -> Config:
  """The study of random, foreground_random, entropy, bald and k_center."""
  return Config(
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
    patch=(32, 48, 32),
    steps=150,
    learning_rate=1e-2,
    block=1,
  )
