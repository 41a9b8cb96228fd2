"""A pool of embeddings of which each process reads its own shard only."""

import pathlib
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.devices.distributed import Shard, all_gather, assert_same, local_shard

BLOCK = 4096  # rows that are in memory at a time
_WIDTH, _CLASSES = 16, 4  # of the embeddings that are made here


class Pool(NamedTuple):
  """The items of one process."""

  shard: Shard
  features: np.ndarray  # [n, D] numbers, perhaps memory-mapped
  labels: np.ndarray | None  # [n] int32 in [0, C), hidden until asked for
  num_classes: int  # C, of all shards together; 0 without labels


def together(read: Callable):
  """`read()` of every process; where it fails for one, all of them stop.

  Raises:
    ValueError: what `read` raised here, or which other processes it failed on.
  """
  try:
    value, error = read(), None
  except (OSError, ValueError) as caught:
    value, error = None, ValueError(str(caught))
  failed = np.flatnonzero(all_gather(np.bool_(error is not None)))
  if error is not None:
    raise error
  if failed.size:
    raise ValueError(f"input is wrong on process {', '.join(map(str, failed))}")
  return value


def read_pool(features: str, labels: str | None) -> Pool:
  """Opens .npy files and keeps this process's rows.

  Args:
    features: path of [N, D] numbers, memory-mapped.
    labels: path of [N] integers >= 0, or None.

  Raises:
    ValueError: on every process, if a file of one of them is missing, not as
      described, or of another shape than that of the others.
  """
  pool = together(lambda: _open(features, labels))
  shape = [pool.shard.num_items, pool.features.shape[1]]
  assert_same("shape of the features", np.array(shape))
  return pool._replace(num_classes=_count_classes(pool.labels))


def _open(features_path, labels_path) -> Pool:
  features = _load(features_path, 2, "fiu", "[N, D] numbers")
  num_items = len(features)
  shard = local_shard(num_items)
  features = features[shard.start : shard.stop]
  for start in range(0, len(features), BLOCK):
    finite = np.isfinite(features[start : start + BLOCK]).all(1)
    if not finite.all():
      item = shard.start + start + int(finite.argmin())
      raise ValueError(f"{features_path}: item {item} is not finite")
  if labels_path is None:
    return Pool(shard, features, None, 0)
  labels = _load(labels_path, 1, "iu", "[N] integers")
  if len(labels) != num_items:
    raise ValueError(
      f"{labels_path}: wanted {num_items} labels, found {len(labels)}"
    )
  labels = np.array(labels[shard.start : shard.stop], np.int32)
  if labels.min(initial=0) < 0:
    raise ValueError(f"{labels_path}: wanted labels >= 0, found {labels.min()}")
  return Pool(shard, features, labels, 0)


def _load(path, ndim, kinds, wanted) -> np.ndarray:
  if not pathlib.Path(path).is_file():
    raise ValueError(f"{path}: no such file")
  try:
    array = np.load(path, mmap_mode="r")
  except (ValueError, EOFError, zipfile.BadZipFile) as error:
    raise ValueError(f"{path}: {error}") from None
  if not isinstance(array, np.ndarray):
    raise ValueError(f"{path}: wanted one array, .npy")
  if array.ndim != ndim or array.dtype.kind not in kinds or 0 in array.shape:
    raise ValueError(
      f"{path}: wanted {wanted}, found {array.dtype} {array.shape}"
    )
  return array


def _count_classes(labels) -> int:
  if labels is None:
    return 0
  num_classes = int(all_gather(labels.max(initial=0)).max()) + 1
  if num_classes < 2:
    raise ValueError("labels: wanted at least 2 classes, found 1")
  return num_classes


def make_pool(num_items: int, seed: int) -> Pool:
  """Four overlapping clouds in 16 dimensions.

  An item depends on its id and the seed, not on the number of processes.
  """
  shard = local_shard(num_items)
  items = np.arange(shard.start, shard.stop, dtype=np.int32)
  features, labels = _draw(jax.random.key(seed), items)
  return Pool(shard, np.asarray(features), np.asarray(labels), _CLASSES)


@jax.jit
def _draw(key, items):
  key_centres, key_items = jax.random.split(key)
  centres = jax.random.normal(key_centres, (_CLASSES, _WIDTH))

  def one(item):
    key_class, key_noise = jax.random.split(jax.random.fold_in(key_items, item))
    label = jax.random.randint(key_class, (), 0, _CLASSES, jnp.int32)
    return centres[label] + jax.random.normal(key_noise, (_WIDTH,)), label

  return jax.vmap(one)(items)
