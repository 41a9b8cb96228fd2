"""What times.csv tells of a fit, beside its seconds."""

from functools import partial

import jax
import numpy as np

from alx.data.patches import Images
from alx.loop.unit_labels import labelled_items
from alx.pool import PoolState
from alx.runs.problem.job import Job
from alx.runs.problem.predictions import readable
from alx.runs.settings.config import Config
from alx.training.mirrors import allowed_axes
from alx.units import UnitSet


def steps_column(job: Job, steps) -> dict:
  """The steps of a fit, where they are not what was set."""
  if job.config.schedule != "converged":
    return {}
  return {"steps": int(steps)}


def tells_mirrored(config: Config) -> bool:
  """Whether labels decide what a fit mirrors, and there is one set of them."""
  decided = config.flips and config.flips_by_labels
  return bool(decided and config.ensemble != "bootstrap")


def mirrored_column(
  job: Job,
  images: Images,
  labels: jax.Array,
  pool: PoolState,
  units: UnitSet | None = None,
) -> dict:
  """Numbers of the axes that a fit mirrored, "none" if there are none.

  Nothing where the labels do not decide it, or where every member of an
  ensemble has labels of its own.

  Args:
    job: of the run.
    images: of N items.
    labels: [N, *sp] maps as they were told; only labelled ones are read.
    pool: which of the items, or of their units, are labelled.
    units: of a pool of units.
  """
  if not tells_mirrored(job.config):
    return {}
  if units is not None:
    pool = labelled_items(pool, units)
  allowed = _allowed(
    labels, images.real, pool, len(job.problem.dataset.class_names)
  )
  axes = np.flatnonzero(np.asarray(readable(allowed)))
  return {"mirrored": " ".join(map(str, axes)) or "none"}


_allowed = partial(jax.jit, static_argnums=3)(allowed_axes)
