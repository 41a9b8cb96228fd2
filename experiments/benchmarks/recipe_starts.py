"""Weights that a fit of the recipes' benchmark can start from, beside chance.

Encoders of `alx.label_free` have one convolution a level. Each becomes the
first convolution of that level on the way down of the network that is fitted;
what else it has, and its head, stay as they were drawn.
"""

import dataclasses
from typing import Any

import jax
import numpy as np

from alx.data.patches import Images, as_float
from alx.label_free import pretrain
from alx.label_free.encoders import Encoding, encoding_for
from alx.models.encoder import make_autoencoder, make_contrastive
from alx.runs.settings.config import Config
from alx.training.settings import Training

ENCODERS = ("autoencoder", "simclr")
_CROPS = 4  # of an item


def encoder_params(images: Images, config: Config, name: str, seed: int) -> Any:
  """Params of an encoder of the pool's patches.

  Its steps are those that `alx` takes for features.

  Raises:
    ValueError: for a name that is none.
  """
  if name not in ENCODERS:
    raise ValueError(f"encoder: {name!r} is not one of {', '.join(ENCODERS)}")
  patches, groups = crops(images, config.patch, seed)
  dims = len(config.patch)
  encoding = dataclasses.replace(encoding_for(dims), widths=config.widths)
  trainer = pretrain.make_trainer(
    _pretext(name, dims, encoding),
    Training(
      (),
      steps=encoding.steps,
      batch=encoding.batch,
      learning_rate=encoding.learning_rate,
    ),
  )
  items, key = np.arange(len(groups), dtype=np.int32), jax.random.key(seed)
  return pretrain.train(trainer, key, patches, items, groups)[0]


def _pretext(name: str, dims: int, encoding: Encoding) -> pretrain.Pretext:
  if name == "autoencoder":
    return pretrain.reconstruct(make_autoencoder(dims, encoding.widths))
  net = make_contrastive(dims, encoding.widths)
  return pretrain.contrast(net, encoding.views, encoding.temperature)


def crops(
  images: Images, patch: tuple[int, ...], seed: int
) -> tuple[Images, np.ndarray]:
  """Random patches of each item, and the number of the item each is of."""
  draw = np.random.default_rng(seed)
  values, sizes = np.asarray(images.values), np.asarray(images.size)
  found = []
  for image, size in zip(values, sizes, strict=True):
    for _ in range(_CROPS):
      starts = draw.integers(0, size - patch + 1)
      place = zip(starts, patch, strict=True)
      found.append(image[tuple(slice(a, a + n) for a, n in place)])
  stacked = np.asarray(as_float(jax.numpy.asarray(np.stack(found))))
  extents = np.tile(np.int32(patch), (len(found), 1))
  groups = np.repeat(np.arange(len(values), dtype=np.int32), _CROPS)
  return Images(stacked, extents, extents), groups


def grafted(params: Any, encoder: Any, levels: int, down: int) -> Any:
  """Params of a network with the encoder's convolutions on its way down.

  Args:
    params: of a model of ours, {"trunk": ..., "head": ...}.
    encoder: of a network of `alx.models.encoder`.
    levels: of both.
    down: convolutions of a level of the network.
  """
  trunk = dict(params["trunk"]["params"])
  for level in range(levels):
    name = f"ConvNormRelu_{level * down}"
    given = encoder["params"][f"ConvNormRelu_{level}"]
    shapes = [jax.tree.map(np.shape, x) for x in (trunk[name], given)]
    if shapes[0] != shapes[1]:
      raise ValueError(f"{name}: wanted {shapes[0]}, found {shapes[1]}")
    trunk[name] = given
  return params | {"trunk": {"params": trunk}}
