"""Superpixels that are computed once: kept in memory, and in a cache folder."""

import hashlib
import io
import pathlib
import threading
from collections.abc import Callable
from functools import partial

import numpy as np

from alx.data.cache.store import SUPERPIXELS
from alx.runs.disk import store
from alx.units import slic

_MOST = 2**28  # bytes that a process keeps
_VERSION = b"1"  # another one, other superpixels of the same image
_kept: dict[str, np.ndarray] = {}
_lock = threading.Lock()  # pools that are streamed are read by several threads


def segmenter(cache: str) -> Callable:
  """`slic.superpixels`, whose answers are kept.

  Args:
    cache: folder, where a file for each image is written; "": in memory only.
  """
  folder = pathlib.Path(cache) / SUPERPIXELS if cache else None
  return partial(_superpixels, folder)


def _superpixels(folder, image, count, spacing=None, *, compactness=0.1):
  name = _name_of(image, count, spacing, compactness)
  found = _kept.get(name)
  if found is None and folder is not None:
    found = _read(folder / f"{name}.npy", image.shape[:-1])
  if found is None:
    found = slic.superpixels(image, count, spacing, compactness=compactness)
    if folder is not None:
      _write(folder / f"{name}.npy", found)
  with _lock:
    if sum(one.nbytes for one in _kept.values()) > _MOST:
      _kept.clear()
    _kept[name] = found
  return found


def _name_of(image, count, spacing, compactness):
  """SHA-256 of all that superpixels depend on."""
  image = np.ascontiguousarray(image)
  about = image.shape, image.dtype.str, count, spacing, compactness
  digest = hashlib.sha256(_VERSION + repr(about).encode())
  digest.update(image)
  return digest.hexdigest()


def _read(path, extent):
  """A map that is kept; None: none, or one that is damaged."""
  try:
    found = np.load(path, allow_pickle=False)
  except (OSError, ValueError, EOFError):
    return None
  fits = found.shape == extent and found.dtype == np.int32 and found.min() >= 0
  return found if fits else None


def _write(path, regions):
  content = io.BytesIO()
  np.save(content, np.ascontiguousarray(regions, np.int32))
  path.parent.mkdir(parents=True, exist_ok=True)
  store.write_bytes(path, content.getvalue())
