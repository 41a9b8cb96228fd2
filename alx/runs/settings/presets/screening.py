"""A made screening programme: what runs when no data is named.

  python -m experiments.run

For the time and the result see experiments/README.md.
"""

from alx.runs.settings.config import Config


def get_config() -> Config:
  """Small pictures of which most are healthy, so that minutes are enough.

  Of the pool of 300, random selection labels about 7 lesions at the start and
  about 22 at the end, a fifth of them of the rare kind: most draws of a step
  choose a class first. It ends where random has some 95% of the model of all
  labels: with more there is less left to find than seeds can show. An even
  number of seeds, for two cores. Lesions are made to lie anywhere, and a mirror
  image of a picture is one that might have been made.
  """
  return Config(
    data="screening",
    acquisition=("bald", "k_center"),
    seeds=8,
    phantom_items=500,
    test_items=200,
    start=24,
    query=24,
    rounds=2,
    widths=(8, 16, 32),
    patch=(32, 32),
    batch=4,
    steps=400,
    full_steps=800,
    class_aware=0.8,
    flip_axes=(0, 1),
    scaling=0.0,
    shift=0.0,
    tilt=0.0,
    gamma=0.0,
  )
