"""The phantom in three dimensions.

python -m experiments.run --config=phantom
"""

from alx.runs.settings.config import Config


def get_config() -> Config:
  """Small patches, mostly on lesions, so that minutes are enough on a CPU."""
  return Config(
    data="phantom",
    acquisition=("bald",),
    seeds=2,
    test_items=16,
    start=4,
    query=4,
    rounds=3,
    widths=(16, 32),
    dropout=0.1,
    patch=(12, 16, 16),
    batch=6,
    steps=600,
    class_aware=0.8,
  )
