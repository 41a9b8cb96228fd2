"""Voxels that two label maps share, and the Dice of them; also under jit."""

import jax
import jax.numpy as jnp
import numpy as np

from alx.metrics import inputs


def overlap_counts(
  pred: jax.Array,
  truth: jax.Array,
  num_classes: int,
  mask: jax.Array | None = None,
) -> jax.Array:
  """Voxels of each class in both, in the prediction and in the truth.

  Counts may be added, over the slices of a volume for example, before the
  Dice is taken of them: by NumPy, which adds in 64 bits.

  Args:
    pred, truth: [B, *sp] integer classes 0..C-1; under jit, where values are
      not known, others count nowhere.
    num_classes: C >= 2.
    mask: [B, *sp] bool, False: the voxel does not exist (padding, or not
      labelled), whatever its class.

  Returns:
    [B, C, 3] int32: intersection, predicted, true.

  Raises:
    ValueError: for other kinds, shapes or classes.
  """
  pred, truth, real = inputs.label_maps(pred, truth, num_classes, mask)
  axes = tuple(range(1, pred.ndim))

  def of_class(c):
    p, t = _is_class(pred, c) & real, _is_class(truth, c) & real
    return jnp.stack([x.sum(axes, dtype=jnp.int32) for x in (p & t, p, t)], -1)

  return jnp.stack([of_class(c) for c in range(num_classes)], 1)


def _is_class(labels, c):
  """Where labels are c, which may be more than their few bits hold."""
  labels = jnp.asarray(labels)
  if labels.dtype != bool and c > jnp.iinfo(labels.dtype).max:
    return jnp.zeros(labels.shape, bool)
  return labels == c


def dice_from_counts(counts: jax.Array, *, empty: float = np.nan) -> jax.Array:
  """Dice 2|A and B| / (|A| + |B|) of each class.

  Args:
    counts: [..., C, 3] as `overlap_counts` gives them, or sums of such.
    empty: value of a class in neither of the masks; 1 for challenges that
      count it as agreement.

  Returns:
    [..., C] float32 in [0, 1]; 0 for a class in exactly one of the masks,
    `empty` for a class in neither.

  Raises:
    ValueError: for another last axis, or counts that no two masks have.
  """
  counts, empty = jnp.asarray(inputs.overlaps(counts)), _empty(empty)
  total = counts[..., 1] + counts[..., 2]
  dice = 2.0 * counts[..., 0] / jnp.maximum(total, 1.0)
  return jnp.where(total > 0, dice, empty)


def jaccard_from_counts(
  counts: jax.Array, *, empty: float = np.nan
) -> jax.Array:
  """Jaccard |A and B| / |A or B| of each class: D / (2 - D) of its Dice D.

  Args:
    counts: [..., C, 3] as `overlap_counts` gives them, or sums of such.
    empty: value of a class in neither of the masks, as in `dice_from_counts`.

  Returns:
    [..., C] float32 in [0, 1]; 0 for a class in exactly one of the masks,
    `empty` for a class in neither.

  Raises:
    ValueError: for another last axis, or counts that no two masks have.
  """
  counts, empty = jnp.asarray(inputs.overlaps(counts)), _empty(empty)
  total = counts[..., 1] + counts[..., 2] - counts[..., 0]
  jaccard = counts[..., 0] / jnp.maximum(total, 1.0)
  return jnp.where(total > 0, jaccard, empty)


def _empty(value):
  """NaN, or a number of [0, 1]."""
  unknown = isinstance(value, float | np.floating) and np.isnan(value)
  return value if unknown else inputs.number_of("empty", value, 0, 1)


def mean_foreground(dice: jax.Array) -> tuple[jax.Array, jax.Array]:
  """Mean over the foreground classes for which the value is defined.

  Args:
    dice: [..., C]; class 0 is background, NaN is undefined.

  Returns:
    mean [...] float32, NaN if no class is defined; number of undefined
    foreground classes [...] int32.

  Raises:
    ValueError: without a foreground class.
  """
  dice = inputs.as_array("dice", dice, host=False)
  if dice.ndim < 1 or dice.shape[-1] < 2:
    raise ValueError(f"dice: wanted [..., C], C >= 2, found {dice.shape}")
  values = jnp.asarray(dice)[..., 1:]
  defined = ~jnp.isnan(values)
  count = defined.sum(-1, dtype=jnp.int32)
  mean = jnp.where(defined, values, 0).sum(-1) / jnp.maximum(count, 1)
  return jnp.where(count > 0, mean, jnp.nan), values.shape[-1] - count
