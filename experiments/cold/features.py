"""Label-free features of a study's items, each made once and kept."""

from collections.abc import Callable

import numpy as np

from alx import label_free
from alx.runs.compare import Comparison
from alx.runs.features import encode
from experiments.cold.plan import Plan


class Features:
  """Makes what is asked for, or reads it from the file of an earlier call."""

  def __init__(self, ready: Comparison, plan: Plan):
    """Makes nothing yet."""
    self._ready, self._encoding = ready, plan.encoding
    self._images, self._last = None, ("", np.zeros(0))

  def of_pool(
    self, encoder: str, seed: int, progress: Callable | None = None
  ) -> np.ndarray:
    """[P, D] of the pool's items in its order, with mean 0.

    So that angles, which some methods go by, are around the middle of the
    pool.

    Raises:
      ValueError: a damaged file, or items that nothing can be learned from.
    """
    name = encoder
    if encoder not in label_free.WITHOUT_KEY:
      name = f"{encoder}-seed{seed}"
    if self._last[0] != name:
      self._last = name, self._centred(name, encoder, seed, progress)
    return self._last[1]

  def _centred(self, name, encoder, seed, progress):
    dataset, split = self._ready.problem.dataset, self._ready.problem.split
    path = self._ready.workdir / "features" / f"{name}.npz"
    if not path.exists():
      if self._images is None:
        self._images = label_free.shrink(dataset, self._encoding)
      rows = encode.encode(
        dataset, split, self._images, encoder, seed, self._encoding, progress
      )
      encode.save(path, dataset, split, rows)
    rows = encode.load(path, dataset)[split.pool]
    return rows - rows.mean(0, keepdims=True)
