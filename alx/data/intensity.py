"""Brings image intensities of any scanner to one scale."""

import numpy as np

_PERCENTILES = (0.5, 99.5)


def normalise(image: np.ndarray) -> np.ndarray:
  """Clips and z-scores each channel by itself.

  Values are clipped to the 0.5 and 99.5 percentile; the clipped values get
  mean 0 and standard deviation 1. If more than half of a channel is exactly 0
  (a brain without its skull), percentiles, mean and deviation are those of the
  other voxels, and the zeros are clipped and scaled along with them.

  Args:
    image: [*sp, channels], any real type and range, finite.

  Returns:
    [*sp, channels] float32, finite; a constant channel becomes zeros.
  """
  out = np.zeros(image.shape, np.float32)
  for channel in range(image.shape[-1]):
    out[..., channel] = _normalise_channel(image[..., channel])
  return out


def _normalise_channel(values):
  values = values.astype(np.float64)
  low, high, mean, deviation = _statistics(values)
  if deviation == 0:
    return np.zeros_like(values)
  return (np.clip(values, low, high) - mean) / deviation


def _statistics(values):
  inside = values[values != 0]
  if 2 * inside.size < values.size:
    found = _clipped_statistics(inside)
    if found[-1] > 0:
      return found
    # A mask: one value on zeros. Clipping would take its few voxels away.
    return values.min(), values.max(), values.mean(), values.std()
  return _clipped_statistics(values)


def _clipped_statistics(values):
  if values.size == 0 or values.min() == values.max():
    return 0.0, 0.0, 0.0, 0.0
  low, high = np.percentile(values, _PERCENTILES)
  clipped = np.clip(values, low, high)
  return low, high, clipped.mean(), 0.0 if low == high else clipped.std()
