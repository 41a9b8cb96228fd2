"""Predictions of labelled items by models that were not fitted to them."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.patches import Images, real_mask
from alx.groups import numbers_of
from alx.pool import PoolState, init_pool, mark_labelled
from alx.training.evaluation import make_predict_probs
from alx.training.learner import Learner


class HeldOut(NamedTuple):
  """Of one fold."""

  items: np.ndarray  # [n] int32, that the model was not fitted to
  probs: np.ndarray  # [n, *sp, C] float32, without dropout
  mask: np.ndarray  # [n, *sp] bool, real voxels; [n] of whole images


def fold_numbers(
  key: jax.Array, items: np.ndarray, folds: int, groups: Sequence | None = None
) -> np.ndarray:
  """[n] int: the fold of each item, of all items of a patient the same.

  Folds are as equal as patients allow: each patient, the largest first, goes
  to the fold with the fewest items; patients of one size in random order.

  Args:
    key: of the order.
    items: [n] int32.
    folds: at least 2.
    groups: [N] names of patients of the pool; None: each item is its own.

  Raises:
    ValueError: for fewer than 2 folds, or fewer patients than folds.
  """
  names = items if groups is None else numbers_of(groups)[items]
  _, of, sizes = np.unique(names, return_inverse=True, return_counts=True)
  if not 2 <= folds <= len(sizes):
    raise ValueError(
      f"folds: wanted 2 to {len(sizes)}, the labelled items or their patients, "
      f"found {folds}"
    )
  drawn = np.asarray(jax.random.permutation(key, len(sizes)))
  filled, fold_of = np.zeros(folds, int), np.zeros(len(sizes), int)
  for group in drawn[np.argsort(-sizes[drawn], kind="stable")]:
    fold_of[group] = filled.argmin()
    filled[fold_of[group]] += sizes[group]
  return fold_of[of]


def predict_held_out(
  learner: Learner,
  key: jax.Array,
  images: Images,
  labels: jax.Array,
  pool: PoolState,
  *,
  folds: int = 5,
  groups: Sequence | None = None,
  block: int = 16,
) -> list[HeldOut]:
  """Fits once a fold to the other folds and predicts it; one program for all.

  Args:
    learner: fitted from its own first weights, drawn anew for each fold.
    key: of the folds, the weights and the fits.
    images: of the N items.
    labels: [N] or [N, *sp]; those of labelled items are read.
    pool: which items are labelled.
    folds: at least 2, at most the labelled items, or their patients.
    groups: [N] names of patients, which are never in two folds.
    block: items that are predicted at a time.

  Raises:
    ValueError: see `fold_numbers`.
  """
  items = np.flatnonzero(np.asarray(pool.labelled)).astype(np.int32)
  numbers = fold_numbers(jax.random.fold_in(key, folds), items, folds, groups)
  fit, predict = jax.jit(learner.fit), make_predict_probs(learner, block)
  known = jax.tree.map(lambda x: x[items], images)
  empty = init_pool(pool.labelled.shape[0], pool.order.shape[0])
  found = []
  for fold in range(folds):
    own_init, own_fit = jax.random.split(jax.random.fold_in(key, fold))
    rest = mark_labelled(empty, jnp.asarray(items[numbers != fold]))
    params = learner.init(own_init)
    params, _ = fit(own_fit, params, images, labels, rest)
    mine = numbers == fold
    probs = np.asarray(predict(params, known))[mine]
    mask = real_mask(known.real[mine], probs.shape[1:-1])
    found.append(HeldOut(items[mine], probs, np.asarray(mask)))
  return found
