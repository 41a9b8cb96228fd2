"""How good a mask is, learned from masks that were spoilt on purpose."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import scipy.ndimage

from alx.models import make_cnn
from alx.training.descent.optimizers import make_optimizer, make_step
from alx.training.settings import Training

SPOILT = ("eroded", "dilated", "moved", "cut", "blotted", "emptied")


@dataclasses.dataclass(frozen=True)
class Judging:
  """How a quality head is trained.

  Attributes:
    widths: channels of the levels of its CNN.
    steps: of the optimiser.
    batch: masks of a step.
    learning_rate: at its height.
    most: voxels that a mask is eroded, dilated or moved by, at most.
  """

  widths: tuple[int, ...] = (8, 16, 32)
  steps: int = 300
  batch: int = 16
  learning_rate: float = 3e-3
  most: int = 4


class QualityHead(NamedTuple):
  """A head that tells the IoU of a mask with a truth that it does not see.

  Attributes:
    fit: (key, images [N, *sp, channels], truths [N, *sp] bool) -> params.
    predict: (params, images, masks [N, *sp] bool) -> [N] float32 in [0, 1].
  """

  fit: Callable
  predict: Callable


def iou(predicted: np.ndarray, truth: np.ndarray) -> float:
  """|A and B| / |A or B| of bool masks; 1 if both are empty."""
  union = int((predicted | truth).sum())
  return int((predicted & truth).sum()) / union if union else 1.0


def corrupted(
  rng: np.random.Generator, mask: np.ndarray, most: int = 4
) -> np.ndarray:
  """[*sp] bool, a mask with a mistake of a kind that models make.

  Eroded, dilated or moved by up to `most` voxels; cut by a plane; with a blot;
  or empty. One in seven stays as it is.
  """
  kind = rng.integers(len(SPOILT) + 1)
  if kind == len(SPOILT):
    return mask.copy()
  size = int(rng.integers(1, most + 1))
  return _SPOIL[SPOILT[kind]](rng, mask, size)


def _moved(rng, mask, size):
  shift = rng.integers(-size, size + 1, mask.ndim)
  return scipy.ndimage.shift(mask.astype(np.uint8), shift, order=0) > 0


def _cut(rng, mask, size):
  del size
  axis = int(rng.integers(mask.ndim))
  at = int(rng.integers(mask.shape[axis]))
  keep = np.arange(mask.shape[axis]) < at
  keep = keep if rng.random() < 0.5 else ~keep
  shape = [1] * mask.ndim
  shape[axis] = -1
  return mask & keep.reshape(shape)


def _blotted(rng, mask, size):
  centre = [int(rng.integers(n)) for n in mask.shape]
  each = zip(mask.shape, centre, strict=True)
  gaps = [np.square(np.arange(n) - c) for n, c in each]
  return mask | (sum(np.ix_(*gaps)) <= (2 * size) ** 2)


_SPOIL = {
  "eroded": lambda rng, mask, n: scipy.ndimage.binary_erosion(
    mask, iterations=n
  ),
  "dilated": lambda rng, mask, n: scipy.ndimage.binary_dilation(
    mask, iterations=n
  ),
  "moved": _moved,
  "cut": _cut,
  "blotted": _blotted,
  "emptied": lambda rng, mask, n: np.zeros_like(mask),
}


def make_quality_head(settings: Judging = Judging()) -> QualityHead:
  """A CNN on image and mask that is fitted to the true IoU (Zhou et al. 2021).

  Masks are spoilt anew at each step. Where a deployed model errs in other ways
  its masks belong among them: a head knows the mistakes that it has seen.
  """
  model = make_cnn(1, settings.widths, 0.0)
  optimizer = make_optimizer(
    Training(
      (),
      steps=settings.steps,
      batch=settings.batch,
      learning_rate=settings.learning_rate,
    )
  )

  def told(params, images, masks):
    x = jnp.concatenate([images, masks[..., None].astype(jnp.float32)], -1)
    return model.apply(params, x)[0][:, 0]

  def loss_of(params, images, masks, wanted):
    logits = told(params, images, masks)
    return optax.sigmoid_binary_cross_entropy(logits, wanted).mean()

  step = jax.jit(make_step(optimizer, loss_of))

  def fit(key: jax.Array, images: np.ndarray, truths: Sequence) -> dict:
    key_params, key_masks = jax.random.split(key)
    seed = jax.random.randint(key_masks, (), 0, np.iinfo(np.int32).max)
    rng = np.random.default_rng(int(seed))
    shape = (*images.shape[1:-1], images.shape[-1] + 1)
    params = model.init(key_params, jnp.zeros((1, *shape), jnp.float32))
    moments = optimizer.init(params)
    for _ in range(settings.steps):
      items = rng.integers(0, len(images), settings.batch)
      masks = [corrupted(rng, truths[i], settings.most) for i in items]
      wanted = [iou(m, truths[i]) for m, i in zip(masks, items, strict=True)]
      batch = images[items], np.stack(masks), np.array(wanted, np.float32)
      params, moments, _ = step(params, moments, *batch)
    return params

  predict = jax.jit(lambda *given: jax.nn.sigmoid(told(*given)))
  return QualityHead(fit, predict)
