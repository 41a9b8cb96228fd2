"""What a reader takes for the truth: it may be warped, grown, incomplete."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import scipy.ndimage

from alx.effort.readers.habits import Habits
from alx.keys import as_key
from alx.metrics import inputs, outlines

_SMOOTH = 4.0  # sd of the kernel of a warp, voxels
_BALL = 2.0  # radius of what is invented, voxels of the finest axis
_CORNERS = 3


def generator_of(key: Any, purpose: str) -> np.random.Generator:
  """Random numbers of a key for one purpose, the same for the same two."""
  words = np.asarray(jax.random.key_data(as_key(key))).ravel().tolist()
  return np.random.default_rng([*words, *purpose.encode()])


def opinion_of(
  key: Any,
  habits: Habits,
  truth: np.ndarray,
  num_classes: int,
  spacing_mm: Sequence[float] | None = None,
) -> np.ndarray:
  """The label that a reader would draw from scratch, [*sp] as the truth.

  It depends on the key alone, not on a draft: a reader who sees a case again
  with the same key thinks the same.

  Args:
    key: of the reader and the case.
    habits: of the reader.
    truth: [*sp] integer classes.
    num_classes: C, with the background.
    spacing_mm: mm between voxels, or None.
  """
  spacing = inputs.spacing_of(spacing_mm, truth.ndim)
  label = truth.copy()
  if habits.misses:
    label = _without_some(key, habits.misses, label, num_classes)
  if habits.grows:
    label = _grown(label, _in_voxels(key, habits.grows, spacing), spacing)
  if habits.warp:
    label = _warped(key, habits.warp, label, spacing)
  if habits.invents:
    label = _with_a_ball(key, habits.invents, label, num_classes, spacing)
  return label


def _without_some(key, chance, label, num_classes):
  """Each connected object of each class is missed with this chance."""
  random, label = generator_of(key, "misses"), label.copy()
  around = np.ones((_CORNERS,) * label.ndim)
  for c in range(1, num_classes):
    parts, count = scipy.ndimage.label(label == c, around)
    missed = 1 + np.flatnonzero(random.random(count) < chance)
    label[np.isin(parts, missed)] = 0
  return label


def _in_voxels(key, by, spacing):
  """A multiple of the finest spacing whose mean over keys is `by`."""
  finest = spacing.min()
  return finest * np.floor(by / finest + generator_of(key, "grows").random())


def _grown(label, by, spacing):
  """Foreground that ends so much farther out, or further in below 0."""
  inside = label > 0
  if not inside.any() or not by:
    return label
  near = 1 + 1e-6
  if by < 0:
    depth = scipy.ndimage.distance_transform_edt(inside, sampling=spacing)
    return np.where(depth <= -by * near, 0, label)
  away, nearest = scipy.ndimage.distance_transform_edt(
    ~inside, sampling=spacing, return_indices=True
  )
  return np.where(away <= by * near, label[tuple(nearest)], label)


def _warped(key, warp, label, spacing):
  """The label seen through a smooth random shift of each voxel.

  The shift along each axis has the sd, and so has that across any outline.
  """
  random, places = generator_of(key, "warp"), np.indices(label.shape, float)
  for axis, extent in enumerate(label.shape):
    noise = random.standard_normal(label.shape)
    smooth = scipy.ndimage.gaussian_filter(noise, _SMOOTH, mode="reflect")
    sd = smooth.std()
    if extent > 1 and sd > 0:
      places[axis] += smooth * (warp / spacing[axis] / sd)
  found = scipy.ndimage.map_coordinates(
    label.astype(float), places, order=0, mode="nearest"
  )
  return found.astype(label.dtype)


def _with_a_ball(key, chance, label, num_classes, spacing):
  """Sometimes an object that is not there, apart from those that are."""
  random = generator_of(key, "invents")
  rolls, where = random.random(), random.random()
  if rolls >= chance:
    return label
  c = random.integers(1, num_classes)
  radius = _BALL * spacing.min()
  away = outlines.distance_to(label > 0, spacing)
  places = np.argwhere(away > radius + np.linalg.norm(spacing))
  if not len(places):
    return label
  centre = places[int(where * len(places))]
  shape = (-1, *[1] * label.ndim)
  apart = (np.indices(label.shape) - centre.reshape(shape)) * spacing.reshape(
    shape
  )
  ball = np.sqrt((apart**2).sum(0)) <= radius
  return np.where(ball, c, label).astype(label.dtype)
