"""Which slices or boxes of volumes to ask for, once a version serves."""

import jax.numpy as jnp
import numpy as np

from alx.label_maps import UNLABELLED
from alx.projects.cases.units import asked_of, box_of, mask_of
from alx.projects.store.project import Project
from alx.projects.store.questions import statuses
from alx.projects.store.state import LABELLED, POOL, TRAIN
from alx.projects.work import learn
from alx.projects.work.choose import (
  BY_TASK,
  Choice,
  Chosen,
  ask_of,
  asking_of,
  choose,
  problem_of,
  score_of,
)
from alx.projects.work.drafts import in_file
from alx.runs.units import pool as units_of_pool


def choose_units(project: Project, k: int, method: str = "") -> Choice:
  """The next k slices or boxes; whole cases where the project says so.

  They are whole, too, as long as no version serves.

  Args:
    project: with the cases.
    k: how many.
    method: as of `choose`.

  Raises:
    DataError: as `choose`.
  """
  if not project.by_units or not project.state.current:
    return choose(project, k, method)
  return _by_unit(project, k, method or BY_TASK["segmentation"])


def _by_unit(project, k, method):
  """Slices or boxes of the cases of which something is not labelled yet."""
  left = _left(project)
  pool = sorted(left)
  if not pool:
    return Choice(method, ())
  unit = project.settings["unit"]
  more = {"unit": unit, "max_per_item": 0}
  uids, asking = asking_of(project, pool, k, method, **more)
  problem = problem_of(asking.made, asking.learner, asking.config)
  labels = problem.labels
  pool, extent = range(len(uids)), labels.shape[1:]
  parts = units_of_pool.make(
    asking.config, asking.made.dataset, pool, extent, simulated=False
  )
  regions = parts.regions
  images = problem.images._replace(
    regions=None if regions is None else jnp.asarray(regions)
  )
  known = {uid: left.get(uid, True) for uid in uids}
  taken = _taken(project, parts, uids, known)
  blank = np.array([known[uid] == [] for uid in uids])
  labels = jnp.where(
    blank.reshape(-1, *[1] * (labels.ndim - 1)), UNLABELLED, labels
  )
  problem = problem._replace(units=parts, images=images)
  items, scores = ask_of(project, asking, problem, labels, taken)
  return _told_units(project, method, uids, parts, items, scores)


def _left(project):
  """{uid: boxes that were asked for} of cases that are not asked for whole."""
  found, status = {}, statuses(project.state)
  asked = asked_of(project.state)
  for uid, case in project.state.cases.items():
    if case.part == TRAIN and status[uid] in (POOL, LABELLED):
      boxes = asked[uid]
      given = status[uid] == LABELLED and not boxes
      if boxes is not None and not given:
        found[uid] = boxes
  return found


def _taken(project, parts, uids, known):
  """[U] bool, units that were asked for; all of cases that are out."""
  taken = np.zeros(parts.set.count, bool)
  for number, uid in enumerate(uids):
    own = np.flatnonzero(parts.item == number)
    if known[uid] is True:
      taken[own] = True
    elif known[uid]:
      asked = _turned(project, uid, known[uid])
      taken[own] = [not (parts.mask(int(u)) & ~asked).any() for u in own]
  return taken


def _turned(project, uid, boxes):
  """[*sp] bool of boxes, on the axes that the image has in memory."""
  case = project.state.cases[uid]
  mask = mask_of(boxes, case.about["shape"]).astype(np.uint8)
  return learn.turned(project, case, mask) > 0


def _told_units(project, method, uids, parts, items, scores):
  """A case once, with all its units; the rank is that of the first."""
  found = {}
  for rank, (unit, score) in enumerate(
    zip(items.tolist(), scores.tolist(), strict=True), 1
  ):
    if unit < parts.set.count:
      uid = uids[parts.item[unit]]
      mask = in_file(project, uid, parts.mask(unit).astype(np.uint8))
      reason = f"{method}, rank {rank}{score_of(score)}"
      one = found.setdefault(uid, Chosen(uid, reason))
      found[uid] = one._replace(units=(*one.units, box_of(mask)))
  return Choice(method, tuple(found.values()))
