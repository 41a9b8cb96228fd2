"""What consecutive models say of the rest of the pool, for rules that stop."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition.scores import predictive
from alx.loop.pool_scan import describe_pool
from alx.runs.problem.predictions import readable
from alx.runs.problem.problem import Problem
from alx.stats.stopping import parse_rule
from alx.stats.stopping.agreement import cohen_kappa, expected_dice
from alx.training.learner import Learner
from alx.training.map_blocks import map_blocks


class Said(NamedTuple):
  """Of N items of the pool, by the model before and the one after a round."""

  joint: jax.Array  # [N, C, C] voxels, or 1, by class before and class after
  entropy: jax.Array  # [N] nats, mean over voxels
  expected: jax.Array  # [N] probability of the likeliest class, or
  #                      [N, C, 2] parts of `expected_dice`


def wanted(rules: Sequence[str]) -> bool:
  """Whether one of the rules reads what is predicted of the pool."""
  return any(parse_rule(text).reads == "pool" for text in rules)


@functools.lru_cache(maxsize=8)
def program_of(learner: Learner, num_classes: int, block: int) -> Callable:
  """((params before, params after), Images of N items) -> `Said`; not jitted.

  Args:
    learner: that predicts, without dropout.
    num_classes: C.
    block: items at a time.
  """
  of_block = functools.partial(say, learner, num_classes)

  def of_pool(models, images):
    return map_blocks(functools.partial(of_block, models), images, block)

  return of_pool


@functools.lru_cache(maxsize=8)
def _compiled(learner, num_classes, block):
  return jax.jit(program_of(learner, num_classes, block))


@functools.lru_cache(maxsize=8)
def _compiled_block(learner, num_classes):
  return jax.jit(functools.partial(say, learner, num_classes))


def say(
  learner: Learner, num_classes: int, models: tuple, images, items
) -> Said:
  """`Said` of a block of items.

  Args:
    learner: that predicts, without dropout.
    num_classes: C.
    models: (params before, params after).
    images: Images of B items.
    items: [B] int32.
  """
  before, after = (
    learner.predict(jax.random.key(0), params, images, items, 0)
    for params in models
  )
  old, new = (
    jax.nn.one_hot(x.probs[0].argmax(-1), num_classes) * x.mask[..., None]
    for x in (before, after)
  )
  pixels = (new.shape[0], -1, num_classes)
  old, new = old.reshape(pixels), new.reshape(pixels)
  joint = jnp.einsum("bvc,bvd->bcd", old, new, precision="highest")
  probs = after.probs[0] * after.mask[..., None]
  entropy = predictive.entropy(None, after)
  if probs.ndim == 2:
    return Said(joint, entropy, probs.max(-1))
  probs = probs.reshape(pixels)
  parts = (new * probs).sum(1), (new + probs).sum(1)
  return Said(joint, entropy, jnp.stack(parts, -1))


def of_pool(problem: Problem, models: tuple, block: int) -> Said:
  """What both models say of all items, which are in memory."""
  num_classes = len(problem.dataset.class_names)
  program = _compiled(problem.learner, num_classes, block)
  return readable(program(models, problem.images))


def of_stream(problem: Problem, models: tuple, block: int, source: Any) -> Said:
  """The same of items that are read block by block from a source."""
  num_classes = len(problem.dataset.class_names)
  program = _compiled_block(problem.learner, num_classes)

  def describe(models, items, images):
    return program(models, images, items)

  return describe_pool(describe, models, source, block=block)


def row_of(said: Said, labelled: np.ndarray, is_first: bool) -> dict:
  """The columns of signals.csv.

  Args:
    said: of N items.
    labelled: [N] bool after the round; the others are the rest of the pool.
    is_first: there was no model before.

  Returns:
    `pool_kappa`, `pool_expected` and `pool_entropy` (the largest); NaN is
    unknown, all of them where no item is left.
  """
  rest = ~np.asarray(labelled)
  joint, entropy, expected = (np.asarray(x)[rest] for x in said)
  if not rest.any():
    found = np.nan, np.nan, np.nan
  else:
    kappa = np.nan if is_first else cohen_kappa(joint.sum(0, np.float64))
    found = kappa, _expected(expected), entropy.max()
  names = "pool_kappa", "pool_expected", "pool_entropy"
  return {n: f"{float(x):.9g}" for n, x in zip(names, found, strict=True)}


def _expected(parts):
  if parts.ndim == 1:
    return parts.mean(dtype=np.float64)
  return expected_dice(parts.sum(0, np.float64))
