"""ACDC slices, one annotated phase, the split of the survey's table 8.

  python -m experiments.run --config=acdc --data=acdc_slices_128.npz

What was measured on these slices is in experiments/README.md.
"""

from alx.runs.settings.config import Config


def get_config() -> Config:
  """2-D U-Net on 128 x 128 slices, patients kept apart."""
  return Config(
    data="",
    where="frame=1",
    acquisition=("random", "foreground_random", "entropy", "bald"),
    seeds=3,
    start=10,
    query=10,
    rounds=5,
  )
