"""Features of images that no label was needed for: by name, [N, D] float32."""

import dataclasses
import functools
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from alx.data.dataset import Dataset
from alx.data.patches import Images, as_float, stack_images
from alx.data.resize import common_shape, resize
from alx.groups import numbers_of
from alx.label_free import pca, pretrain
from alx.label_free.views import Views
from alx.models.encoder import make_autoencoder, make_contrastive
from alx.training.settings import Training

NAMES = ("pca", "autoencoder", "simclr")
WITHOUT_KEY = ("pca",)  # the same features whatever the key


@dataclasses.dataclass(frozen=True)
class Encoding:
  """How features are made.

  Attributes:
    widths: channels of the levels of the network; the last is D, for principal
      components too.
    longest: of the axes after the items are shrunk, voxels.
    steps: optimiser steps of a network.
    batch: items per step; the contrastive loss compares within it.
    learning_rate: at the start; a cosine takes it to 0.
    temperature: of the contrastive loss.
    views: what the contrastive loss compares.
  """

  widths: tuple[int, ...] = (16, 32, 64)
  longest: int = 64
  steps: int = 300
  batch: int = 64
  learning_rate: float = 2e-3
  temperature: float = 0.5
  views: Views = Views()  # noqa: RUF009, frozen


def encoding_for(spatial_dims: int) -> Encoding:
  """Settings that a CPU does in a minute for some hundred items."""
  if spatial_dims < 3:
    return Encoding()
  return Encoding(widths=(8, 16, 32), longest=32, batch=16)


def shrink(dataset: Dataset, encoding: Encoding) -> Images:
  """All items resampled to one small shape that the networks can halve.

  Returns:
    float32; bytes are brought to [-1, 1] as the learner sees them.

  Raises:
    ValueError: for items without space.
  """
  if dataset.images[0].ndim < 3:
    raise ValueError(
      f"{dataset.name}: wanted images to make features of, found rows of "
      f"{dataset.images[0].shape[-1]} numbers"
    )
  extents = np.array([x.shape[:-1] for x in dataset.images])
  multiple = 2 ** (len(encoding.widths) - 1)
  shape = common_shape(extents, encoding.longest, multiple)
  small = [resize(as_float(x), shape) for x in dataset.images]
  return stack_images(small, shape)


def group_numbers(groups: Sequence[str] | None, count: int) -> np.ndarray:
  """[N] int32, equal for items of one patient.

  An item whose patient is not known ("" or "nan") has a number of its own; so
  have all for None.
  """
  if groups is None:
    return np.arange(count, dtype=np.int32)
  return numbers_of(groups).astype(np.int32)


def make_features(
  name: str,
  key: jax.Array,
  images: Images,
  items: np.ndarray,
  groups: np.ndarray,
  encoding: Encoding,
  progress: Callable | None = None,
) -> np.ndarray:
  """Features of all items, learned from some of them.

  "pca": principal components of the voxels. "autoencoder": the code of a
  convolutional autoencoder. "simclr": pooled activations of a contrastive
  network (Chen et al. 2020), of length 1.

  Args:
    name: one of `NAMES`.
    key: of the weights, batches and views; the components need none.
    images: of N items of one shape, see `shrink`.
    items: [P] int32, those that may be learned from: never the test items.
    groups: [N] int32, the patient of each item; see `group_numbers`.
    encoding: settings.
    progress: called with (done, total) now and then.

  Returns:
    [N, D] float32; D is smaller where there are not as many components.

  Raises:
    ValueError: for another name; for items that are all equal ("pca") or of
      one patient ("simclr"), from which nothing can be learned.
  """
  if name not in NAMES:
    raise ValueError(f"encoder: {name!r} is not one of {', '.join(NAMES)}")
  if name == "pca":
    return _components_of(images, items, encoding)
  if name == "simclr":
    _check_patients(groups[items])
  trainer = _trainer(name, images.values.ndim - 2, encoding)
  params, _ = pretrain.train(trainer, key, images, items, groups, progress)
  found = trainer.encode(params, jax.tree.map(jnp.asarray, images))
  found = np.asarray(found, np.float32)
  return _unit_rows(found) if name == "simclr" else found


def _components_of(images, items, encoding):
  rows = np.asarray(images.values).reshape(len(images.values), -1)
  components = pca.fit_components(rows[items], encoding.widths[-1])
  return pca.project(components, rows)


def _check_patients(groups):
  """Within one patient nothing is contrasted: the loss would be 0 at once."""
  if len(np.unique(groups)) < 2:
    raise ValueError(
      "simclr: wanted items of 2 patients or more to contrast, found "
      f"{len(groups)} of one"
    )


@functools.lru_cache(maxsize=8)
def _trainer(name, spatial_dims, encoding):
  """One for all keys, so that it is compiled once."""
  training = Training(
    (),
    steps=encoding.steps,
    batch=encoding.batch,
    learning_rate=encoding.learning_rate,
  )
  if name == "autoencoder":
    net = make_autoencoder(spatial_dims, encoding.widths)
    return pretrain.make_trainer(pretrain.reconstruct(net), training)
  net = make_contrastive(spatial_dims, encoding.widths)
  pretext = pretrain.contrast(net, encoding.views, encoding.temperature)
  return pretrain.make_trainer(pretext, training)


def _unit_rows(rows):
  norm = np.linalg.norm(rows, axis=1, keepdims=True)
  return rows / np.where(norm > 0, norm, 1)
