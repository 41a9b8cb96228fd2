"""Active learning for medical imaging as pure JAX functions.

Axis letters, the only ones used in shapes:
  N pool items, B block or batch of items, S posterior samples, C classes,
  D features, M label capacity, K ensemble members, k items per query.
Spatial axes (`*sp`) come before channels. Scores: higher is asked for first.
Information is in nats. `items` are int32 pool ids; an empty slot holds N.
"""

from alx._version import __version__
from alx.devices.seeds import over_seeds
from alx.query import methods, query, score

__all__ = ["__version__", "methods", "over_seeds", "query", "score"]
