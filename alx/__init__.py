"""Active learning for medical imaging as pure JAX functions.

Axis letters, the only ones used in shapes:
  N pool items, B block or batch of items, S posterior samples, C classes,
  D features, M label capacity, K ensemble members, k items per query.
Spatial axes (`*sp`) come before channels. Scores: higher is asked for first.
Information is in nats. `items` are int32 pool ids; an empty slot holds N.
"""

from typing import TYPE_CHECKING

from alx._version import __version__
from alx.lazy import lazily

if TYPE_CHECKING:
  from alx import functional, metrics
  from alx.devices.seeds import over_seeds
  from alx.front.query import methods, query, score

__all__ = [
  "__version__",
  "functional",
  "methods",
  "metrics",
  "over_seeds",
  "query",
  "score",
]

# Where the functions are. They are looked up when they are first used, so that
# a command, or a room alone, does not wait for all of JAX.
_HOMES = {
  "functional": "alx.functional",
  "methods": "alx.front.query",
  "metrics": "alx.metrics",
  "over_seeds": "alx.devices.seeds",
  "query": "alx.front.query",
  "score": "alx.front.query",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
