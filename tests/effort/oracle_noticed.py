"""Voxel by voxel, outline by outline: what a reader notices."""

import itertools

import numpy as np


def outline_of(mask, axis):
  """Places in a mask beside one that is not, in their slice."""
  places = set(map(tuple, np.argwhere(mask)))
  found = []
  for place in places:
    for a in range(mask.ndim):
      if a == axis:
        continue
      for step in (-1, 1):
        beside = list(place)
        beside[a] += step
        if tuple(beside) not in places and place not in found:
          found.append(place)
  return found


def apart(one, other, sides):
  return np.linalg.norm((np.array(one) - other) * sides)


def may_be_noticed(draft, final, num_classes, tolerance, sides, axis):
  """[*sp] bool twice: by all of the nearest places of an outline, by any."""
  least, most = np.zeros(draft.shape, bool), np.zeros(draft.shape, bool)
  for c in range(1, num_classes):
    masks = draft == c, final == c
    lines = [outline_of(mask, axis) for mask in masks]
    for place in map(tuple, np.argwhere(masks[0] ^ masks[1])):
      here = [
        [p for p in line if axis is None or p[axis] == place[axis]]
        for line in lines
      ]
      for mine, other in itertools.permutations(here):
        far = [
          min((apart(p, q, sides) for q in other), default=np.inf)
          > tolerance * (1 + 1e-6)
          for p in mine
        ]
        near = [apart(p, place, sides) for p in mine]
        tied = [
          f
          for f, d in zip(far, near, strict=True)
          if d <= min(near) * (1 + 1e-9) + 1e-12
        ]
        least[place] |= bool(tied) and all(tied)
        most[place] |= any(tied)
  return least, most
