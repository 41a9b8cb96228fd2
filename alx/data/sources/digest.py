"""Short texts that change when what they are made of changes."""

import hashlib
import json
import pathlib
from collections.abc import Iterable

import jax
import numpy as np

from alx.data.dataset import Dataset
from alx.keys import is_typed

_SIZE = 16  # bytes
_READ = 2**20  # bytes of a file at a time


def of_texts(texts: Iterable[str]) -> str:
  """Digest of texts in their order, as 32 hexadecimal digits."""
  digest = hashlib.blake2b(digest_size=_SIZE)
  for text in texts:
    content = text.encode()
    digest.update(len(content).to_bytes(8, "little") + content)
  return digest.hexdigest()


def of_file(path: pathlib.Path) -> str:
  """Digest of the bytes of a file; OSError if it cannot be read."""
  digest = hashlib.blake2b(digest_size=_SIZE)
  with open(path, "rb") as file:
    while piece := file.read(_READ):
      digest.update(piece)
  return digest.hexdigest()


def of_tree(tree) -> str:
  """Digest of the names, types, shapes and bits of the leaves of a pytree.

  Args:
    tree: of arrays, numbers, texts and random keys.

  Raises:
    ValueError: on a leaf of another kind, such as a function.
  """
  digest = hashlib.blake2b(digest_size=_SIZE)
  for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
    name = jax.tree_util.keystr(path)
    array = _as_array(name, leaf)
    digest.update(f"{name} {array.dtype} {array.shape};".encode())
    update(digest, array)
  return digest.hexdigest()


def update(digest, array: np.ndarray) -> None:
  """Adds the bits of an array to a digest of hashlib."""
  digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8))


def _as_array(name, leaf):
  if is_typed(leaf):
    leaf = jax.random.key_data(leaf)
  array = np.asarray(leaf)
  if array.dtype.hasobject:
    wanted = "wanted arrays, numbers or texts"
    raise ValueError(f"leaf {name}: {wanted}, found {type(leaf).__name__}")
  return array


def of_dataset(dataset: Dataset) -> str:
  """SHA-256 of ids, images and labels: other data, other digest."""
  hashed = hashlib.sha256()
  for name, image, label in zip(
    dataset.ids, dataset.images, dataset.labels, strict=True
  ):
    hashed.update(f"{name}{image.shape}".encode("utf-8", "surrogateescape"))
    hashed.update(np.ascontiguousarray(image))
    hashed.update(np.ascontiguousarray(label))
  return hashed.hexdigest()


def further_of_dataset(dataset: Dataset) -> dict[str, str]:
  """What else results depend on: distances in mm, and who is one patient.

  Beside `of_dataset`, as there are directories that are older and have that
  alone.
  """
  sizes = [s and [f"{mm:.5g}" for mm in s] for s in dataset.spacing_mm]
  found = {"digest_of_voxel_sizes": sizes, "digest_of_patients": dataset.groups}
  return {
    name: hashlib.sha256(json.dumps(values).encode()).hexdigest()
    for name, values in found.items()
  }
