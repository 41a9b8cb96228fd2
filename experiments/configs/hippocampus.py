"""Hippocampus, Medical Segmentation Decathlon Task04."""

from experiments.config import Config


def get_config() -> Config:
  """The study of random, foreground_random, entropy, bald and k_center."""
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
    patch=(24, 40, 24),
    steps=300,
    learning_rate=1e-2,
    class_aware=0.33,
    block=1,
  )
