"""Brings image intensities of any scanner to one scale."""

import numpy as np

_PERCENTILES = (0.5, 99.5)
_LARGEST = 1e100  # beyond it a variance in float64 may overflow


def normalise(image: np.ndarray) -> np.ndarray:
  """Clips and z-scores each channel by itself.

  Values are clipped to the 0.5 and 99.5 percentile; the clipped values get
  mean 0 and standard deviation 1. If more than half of a channel is exactly 0
  (a brain without its skull), percentiles, mean and deviation are those of the
  other voxels, and the zeros are clipped and scaled along with them.

  Where this would leave a constant, as in a mask, the next wider choice is
  taken: all voxels, then all voxels without clipping.

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
  values = values.astype(np.float64)  # a copy, changed in place from here on
  largest = max(values.max(), -values.min())
  if largest > _LARGEST:
    values /= largest
  for inside, percentiles in _choices(values):
    low, high = np.percentile(inside, percentiles)
    mean, deviation = _mean_and_deviation(np.clip(inside, low, high))
    if low < high and deviation > 0:
      np.clip(values, low, high, out=values)
      values -= mean
      values /= deviation
      return values
  return np.zeros_like(values)


def _mean_and_deviation(values):
  """Of `values`, which are lost: no second array of a volume's size."""
  mean = values.mean()
  values -= mean
  return mean, np.sqrt(np.square(values, out=values).mean())


def _choices(values):
  """What to take statistics of and how to clip it, the best choice first."""
  inside = values[values != 0]
  if 0 < 2 * inside.size < values.size:
    yield inside, _PERCENTILES
  yield values, _PERCENTILES
  yield values, (0, 100)
