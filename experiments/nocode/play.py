"""Plays one row: a reader labels what is asked for, round after round."""

import hashlib
import time
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from alx.data import patches
from alx.effort import totals_of
from alx.effort.edits import PER_CLASS
from alx.effort.readers import Answer
from alx.loop import draw_start, pad_items
from alx.metrics import dice_from_counts
from alx.metrics.means import nan_mean
from alx.runs.compare import Comparison
from alx.runs.disk.records import check_fit, check_predicted
from alx.runs.problem import loops
from alx.runs.problem.cases import case_names
from alx.runs.problem.predictions import predict_test
from alx.training.evaluation import case_dice, make_predict_masks
from experiments.nocode.desk import Case, Desk
from experiments.nocode.plan import ACTIVE, FIXED, NONE, Row


class Player:
  """Plays the rows of one data set; what two rows share is fitted once.

  A reader whose labels do not depend on the draft gives the same model with
  and without it: fits are known by the key, the items and the labels.
  """

  def __init__(self, ready: Comparison, acquisition: str):
    """Compiles nothing yet.

    Args:
      ready: data and settings.
      acquisition: what "active" stands for.
    """
    self._ready, self._active = ready, acquisition
    problem, config = ready.problem, ready.config
    self._classes = len(problem.dataset.class_names)
    self._draft = make_predict_masks(
      problem.learner, self._classes, config.block
    )
    self._known: dict[bytes, tuple] = {}
    self._series = ()

  def play(self, row: Row, desk: Desk, check: Callable | None = None) -> dict:
    """The record of a row.

    Args:
      row: what to play.
      desk: that answers.
      check: called before every round; may raise to stop.

    Raises:
      Diverged: for a fit that ends without numbers.
    """
    if self._series != (row.selection, row.seed):
      self._known, self._series = {}, (row.selection, row.seed)
    problem, config = self._ready.problem, self._ready.config
    name = self._active if row.selection == ACTIVE else row.selection
    loop = loops.loop_for(problem, config, name)
    key = jax.random.key(row.seed)
    like = jax.eval_shape(lambda: problem.labels[0])
    state = loop.init(key, problem.images, like)
    items = np.asarray(draw_start(key, len(problem.split.pool), config.start))
    trail, first, found = b"", None, []
    for number in range(config.rounds + 1):
      if check:
        check()
      cases = [self._case(item) for item in items]
      drafts, draft_s = self._drafts(row, state, first, items, number)
      answers = desk(cases, drafts)
      trail = _digest(trail, items, [a.label for a in answers])
      state, dice, fit_s = self._fitted(row, loop, state, items, answers, trail)
      first = state.params if number == 0 else first
      found.append(
        {
          "labels": int(state.pool.count),
          "dice": _plain(dice),
          "fit_s": round(fit_s, 3),
          "draft_s": round(draft_s, 3),
          "cases": [
            self._told(case, answer)
            for case, answer in zip(cases, answers, strict=True)
          ],
        }
      )
      if number < config.rounds:
        items, state = self._asked(loop, state, trail)
    return {**row._asdict(), "rounds": found}

  def _case(self, item):
    dataset, split = self._ready.problem.dataset, self._ready.problem.split
    place = split.pool[item]
    name = dataset.ids[place]
    patient = dataset.groups[place] if dataset.groups else name
    return Case(name, patient, dataset.labels[place], dataset.spacing_mm[place])

  def _drafts(self, row, state, first, items, number):
    """(a draft or None for each item, seconds)."""
    if row.draft == NONE or number == 0:
      return [None] * len(items), 0.0
    begun, problem = time.monotonic(), self._ready.problem
    params = first if row.draft == FIXED else state.params
    images = jax.tree.map(lambda x: x[items], problem.images)
    unknown = jnp.zeros_like(problem.labels[: len(items)])
    found = np.asarray(self._draft(params, images, unknown).classes)
    shapes = [self._case(item).truth.shape for item in items]
    drafts = [
      patches.near(x, shape) for x, shape in zip(found, shapes, strict=True)
    ]
    return drafts, time.monotonic() - begun

  def _fitted(self, row, loop, state, items, answers, trail):
    """(state, mean Dice by class, seconds); looked up if it is known."""
    if trail not in self._known:
      begun, problem = time.monotonic(), self._ready.problem
      width = max(self._ready.config.start, self._ready.config.query)
      num_items = problem.labels.shape[0]
      padded = pad_items(jnp.asarray(items, jnp.int32), width, num_items)
      labels = self._stored([a.label for a in answers], width)
      state = loop.tell(state, padded, labels)
      jax.block_until_ready(state.params)
      took = time.monotonic() - begun
      what = f"{row.name}: the fit to {int(state.pool.count)} labels"
      check_fit(what, state.params)
      self._known[trail] = state, self._tested(what, state.params), took
    return self._known[trail]

  def _stored(self, labels, width):
    """Labels [width, *sp] laid out as the pool's; empty slots are zeros."""
    like = self._ready.problem.labels
    out = np.zeros((width, *like.shape[1:]), like.dtype)
    for row, label in zip(out, labels, strict=False):
      grown = patches.mirror_to(label, self._ready.config.patch)
      patches.near(row, grown.shape)[...] = grown
    return jnp.asarray(out)

  def _tested(self, what, params):
    """[C - 1] mean over the test cases, NaN where no case has the class."""
    problem = self._ready.problem
    predicted = predict_test(problem, params)
    check_predicted(what, predicted)
    names = case_names(problem.dataset, problem.split.test)
    return nan_mean(case_dice(predicted, names)[1][:, 1:], 0)

  def _asked(self, loop, state, trail):
    """The next items; those of a known state are looked up."""
    place = b"asked" + trail
    if place not in self._known:
      items, state = loop.ask(state)
      self._known[place] = np.asarray(items), state
    return self._known[place]

  def _told(self, case, answer: Answer):
    """A case in the record."""
    edit, totals = answer.edit, totals_of(answer.edit)
    return {
      "id": case.name,
      "patient": case.patient,
      "decision": answer.decision,
      "pace": round(answer.pace, 6),
      "label_dice": _plain(_dice(answer.label, case.truth, self._classes)),
      **totals._asdict(),
      "classes": {n: np.asarray(getattr(edit, n)).tolist() for n in PER_CLASS},
    }


def _digest(trail: bytes, items: Sequence[int], labels: Sequence[np.ndarray]):
  """Of everything told so far."""
  hashed = hashlib.sha256(trail)
  for item, label in zip(items, labels, strict=True):
    hashed.update(f"{item}{label.shape}".encode())
    hashed.update(np.ascontiguousarray(label, np.uint8))
  return hashed.digest()


def _dice(label, truth, num_classes):
  """[C - 1] of one case; counted by NumPy, for which shapes are no programs."""
  classes = np.arange(1, num_classes)[:, None]
  found, true = np.ravel(label) == classes, np.ravel(truth) == classes
  counts = [part.sum(1) for part in (found & true, found, true)]
  return dice_from_counts(np.stack(counts, 1))


def _plain(values):
  """Numbers for JSON; what is not known is null."""
  return [
    round(float(v), 6) if np.isfinite(v) else None for v in np.ravel(values)
  ]
