"""A data set of head phantoms, made from a random key."""

from collections.abc import Sequence
from functools import partial

import jax
import numpy as np

from alx.data.dataset import Dataset
from alx.data.intensity import normalise
from alx.data.phantom.volume import CLASS_NAMES, Look, render_volume

_BATCH = 8  # volumes rendered at a time; a constant, so one compile serves all


def make_phantom(
  key: jax.Array,
  *,
  num_items: int = 96,
  shape: Sequence[int] = (24, 32, 24),
  repeats: float = 0.2,
  rare: float = 0.15,
  empty: float = 0.1,
  hard: float = 0.2,
  size: float = 1.0,
  contrast: float = 0.35,
  noise: float = 0.05,
  bias: float = 0.2,
) -> Dataset:
  """A segmentation data set of heads with three kinds of lesions.

  Blobs are solid, rings have a dark core that belongs to them, spiculated
  lesions are rare. Vessels, choroid plexus and meninges are as bright as
  lesions and are not lesions. Item i depends on `key`, i and the other
  arguments, never on `num_items`.

  Args:
    key: a typed random key.
    num_items: N.
    shape: voxels of each item along 2 or 3 axes; a voxel is 1 mm wide.
    repeats: share of items that show an earlier item again, with other noise
      and gain; they share its group.
    rare, empty, hard: shares of cases, see `Look`; rare + empty <= 1.
    size, contrast, noise, bias: see `Look`.

  Returns:
    The data set, without a split; groups are the anatomies.

  Raises:
    ValueError: for a share outside [0, 1], or too few items, axes or voxels.
  """
  shape = tuple(shape)
  check_sizes(num_items, shape)
  check_shares(repeats=repeats, rare=rare, empty=empty, hard=hard)
  check_shares(rare_plus_empty=rare + empty)
  k_repeat, k_head, k_scan = jax.random.split(key, 3)
  roots = roots_of(k_repeat, num_items, repeats)
  look = Look(rare, empty, hard, size, contrast, noise, bias)
  items = np.arange(num_items)
  images, labels = render_all(k_head, k_scan, roots, items, shape, look)
  names = tuple(f"phantom_{i:03d}" for i in range(num_items))
  return Dataset(
    name="phantom",
    task="segmentation",
    ids=names,
    images=tuple(normalise(image[..., None]) for image in images),
    labels=tuple(labels),
    class_names=CLASS_NAMES,
    spacing_mm=((1.0,) * len(shape),) * num_items,
    groups=tuple(names[root] for root in roots),
    split=None,
    left_out=(),
  )


def check_sizes(num_items, shape):
  """Raises ValueError for too few items, axes or voxels."""
  if num_items < 1:
    raise ValueError(f"wanted num_items >= 1, got {num_items}")
  if len(shape) not in (2, 3) or min(shape) < 8:
    raise ValueError(f"wanted 2 or 3 axes of 8 or more voxels, got {shape}")


def check_shares(**shares):
  """Raises ValueError for a share outside [0, 1]."""
  for name, share in shares.items():
    if not 0.0 <= share <= 1.0:
      raise ValueError(f"wanted {name} in [0, 1], got {share}")


def _batches(num_items):
  """Items in batches of one size; the last is filled up from the start."""
  items = np.arange(-(-num_items // _BATCH) * _BATCH) % num_items
  return items.reshape(-1, _BATCH)


def roots_of(key, num_items, repeats):
  """[N] the item whose anatomy each item shows; its own number if new."""
  roots = []
  for item, (again, which) in enumerate(chances(key, num_items)):
    repeat = item > 0 and again < repeats
    roots.append(roots[int(which * item)] if repeat else item)
  return np.array(roots)


def chances(key, num_items):
  """[N, 2] float32 in [0, 1); those of an item do not depend on N."""
  draws = [_chances(key, items) for items in _batches(num_items)]
  return np.concatenate(draws)[:num_items]


@jax.jit
def _chances(key, items):
  """[B, 2] float32 in [0, 1)."""
  return jax.vmap(lambda i: jax.random.uniform(jax.random.fold_in(key, i), 2))(
    items
  )


def render_all(k_head, k_scan, roots, items, shape, look):
  """The images and label maps of some items, with the anatomies of `roots`."""
  images, labels = [], []
  for batch in _batches(len(items)):
    image, label = _render(
      k_head, k_scan, roots[batch], items[batch], shape, look
    )
    images.extend(np.array(image))
    labels.extend(np.array(label))
  return images[: len(items)], labels[: len(items)]


@partial(jax.jit, static_argnames="shape")
def _render(k_head, k_scan, roots, items, shape, look):
  """[B, *shape] float32 images and uint8 labels."""

  def one(root, item):
    head = jax.random.fold_in(k_head, root)
    scan = jax.random.fold_in(k_scan, item)
    return render_volume(head, scan, shape, look)

  return jax.vmap(one)(roots, items)
