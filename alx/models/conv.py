"""Convolutions whose gradients are fast on CPU, inside loops too.

XLA's own gradients of a convolution inside `lax.scan` are 30 to 70 times
slower on CPU than outside one (jax-ml/jax#12868). Here both gradients are
written as plain forward convolutions, which are not.
"""

import functools

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax import lax

_SPECS = {4: ("NHWC", "HWIO", "NHWC"), 5: ("NDHWC", "DHWIO", "NDHWC")}


def convolve(x: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
  """Convolves with SAME padding.

  Args:
    x: [B,H,W,I] or [B,D,H,W,I].
    kernel: [h,w,I,O] or [d,h,w,I,O], extents odd.
    stride: 1 or 2, the same along every spatial axis.

  Returns:
    [B,*sp/stride,O], rounded up; of two types the wider one.

  Raises:
    ValueError: shapes that do not fit, an even kernel, another stride.
  """
  _check(x, kernel, stride)
  dtype = jnp.promote_types(x.dtype, kernel.dtype)
  x, kernel = x.astype(dtype), kernel.astype(dtype)
  if jax.default_backend() == "cpu":  # the one choice by backend
    return _conv_cpu(x, kernel, stride)
  return _direct(x, kernel, stride)


class Conv(nn.Module):
  """`convolve` with a He-normal kernel and no bias; a norm comes after it.

  Attributes:
    features: output channels O.
    kernel_size: odd extent along each spatial axis.
    stride: 1 or 2.
  """

  features: int
  kernel_size: int = 3
  stride: int = 1

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    """[B,*sp,I] -> [B,*sp/stride,O]."""
    window = (self.kernel_size,) * (x.ndim - 2)
    shape = (*window, x.shape[-1], self.features)
    kernel = self.param(
      "kernel", nn.initializers.he_normal(), shape, jnp.float32
    )
    return convolve(x, kernel, self.stride)


def _check(x: jax.Array, kernel: jax.Array, stride: int) -> None:
  if x.ndim not in _SPECS or kernel.ndim != x.ndim:
    raise ValueError(
      f"wanted x and kernel both 4-D or both 5-D, got {x.shape} and"
      f" {kernel.shape}"
    )
  if x.shape[-1] != kernel.shape[-2]:
    raise ValueError(
      f"x has {x.shape[-1]} channels, the kernel wants {kernel.shape[-2]}"
    )
  if any(k % 2 == 0 for k in kernel.shape[:-2]):
    raise ValueError(f"kernel extents must be odd, got {kernel.shape[:-2]}")
  if stride not in (1, 2):
    raise ValueError(f"stride must be 1 or 2, got {stride}")


def _direct(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
  strides = (stride,) * (x.ndim - 2)
  specs = _SPECS[x.ndim]
  return lax.conv_general_dilated(
    x, kernel, strides, "SAME", dimension_numbers=specs
  )


def _conv_cpu(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
  if x.ndim == 4:
    return _conv_2d(x, kernel, stride)
  taps, rows, columns, inputs, _ = kernel.shape
  flat = jnp.moveaxis(kernel, 0, 3).reshape(rows, columns, inputs, -1)
  slices = _conv_2d(x.reshape(-1, *x.shape[2:]), flat, stride)
  slices = slices.reshape(*x.shape[:2], *slices.shape[1:])
  return _sum_taps(slices, taps, stride)


def _sum_taps(slices: jax.Array, taps: int, stride: int) -> jax.Array:
  """Shifts each depth tap into place and adds: [..,taps*O] -> [..,O]."""
  extent = slices.shape[1]
  low, _ = lax.padtype_to_pads((extent,), (taps,), (stride,), "SAME")[0]
  span = stride * (-(-extent // stride) - 1) + 1
  total = 0
  for tap, part in enumerate(jnp.split(slices, taps, -1)):
    start = tap - low
    edges = (-start, start + span - extent)
    shifted = _padded(part, [(0, 0), edges, *[(0, 0)] * 3])
    total = total + shifted[:, ::stride]
  return total


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def _conv_2d(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
  return _apply(x, kernel, _same(x, kernel, stride), stride)


def _conv_fwd(x: jax.Array, kernel: jax.Array, stride: int):
  return _conv_2d(x, kernel, stride), (x, kernel)


def _conv_bwd(stride: int, saved: tuple, dy: jax.Array):
  x, kernel = saved
  return (
    _input_gradient(x, kernel, dy, stride),
    _kernel_gradient(x, kernel, dy, stride),
  )


_conv_2d.defvjp(_conv_fwd, _conv_bwd)


def _same(x: jax.Array, kernel: jax.Array, stride: int) -> list:
  """SAME padding, (low, high) for each spatial axis."""
  extents, window = x.shape[1:-1], kernel.shape[:-2]
  return lax.padtype_to_pads(extents, window, (stride,) * len(window), "SAME")


def _input_gradient(
  x: jax.Array, kernel: jax.Array, dy: jax.Array, stride: int
) -> jax.Array:
  """The flipped kernel, channels swapped, over the dilated `dy`."""
  axes = tuple(range(kernel.ndim - 2))
  flipped = jnp.flip(kernel, axes).swapaxes(-1, -2)
  pads = []
  for axis in axes:
    low, _ = _same(x, kernel, stride)[axis]
    span = (dy.shape[1 + axis] - 1) * stride + 1
    before = kernel.shape[axis] - 1 - low
    pads.append((before, x.shape[1 + axis] - span + low))
  return _apply(_dilate(dy, stride), flipped, pads, 1)


def _kernel_gradient(
  x: jax.Array, kernel: jax.Array, dy: jax.Array, stride: int
) -> jax.Array:
  """`x` with batch and channels swapped, `dy` as its kernel."""
  pads = []
  for axis, (low, _) in enumerate(_same(x, kernel, stride)):
    span = (dy.shape[1 + axis] - 1) * stride + 1
    high = kernel.shape[axis] - 1 - low - x.shape[1 + axis] + span
    pads.append((low, high))
  window = _dilate(dy, stride)
  if window.shape[-1] <= _FEW_OUTPUTS:  # zeros beforehand: up to 4 times faster
    x, pads = _padded(x, [(0, 0), *pads, (0, 0)]), [(0, 0)] * len(pads)
  total = 0
  for items, more in _together(window.shape):
    edges = [(0, more), *[(0, 0)] * (x.ndim - 1)]
    images = jnp.moveaxis(_padded(x[items], edges), (0, -1), (-1, 0))
    part = jnp.moveaxis(_padded(window[items], edges), 0, -2)
    total = total + _correlate(images, part, pads, 1)
  return jnp.moveaxis(total, 0, -2)


_FEW_OUTPUTS = 16  # for which XLA takes another path
_LANES = 4  # of inputs: three of them take longer than eight
_CACHED = 3 * 2**17  # numbers
_SUMS = 16  # at most: each of them is a part of the program


def _together(shape: tuple[int, ...]) -> list[tuple[slice, int]]:
  """Items of [B,H,W,O] whose kernel gradient is best taken together.

  Returns:
    (the items, how many of zeros to add to them) of each sum.
  """
  size, found, first = _most_together(shape), [], 0
  while first < shape[0]:
    items = min(shape[0] - first, size)
    if items > _LANES:
      items -= items % _LANES
    found.append((slice(first, first + items), int(items == _LANES - 1)))
    first += items
  return found


def _most_together(shape: tuple[int, ...]) -> int:
  """A sum over few items at a time keeps the operands in cache.

  That is up to 4 times faster than all, or than numbers of them that are no
  multiple of 4.
  """
  batch, rows, columns, outputs = shape
  fitting = _CACHED // (rows * columns * outputs)
  if outputs <= _FEW_OUTPUTS:
    size = 4 * _LANES
  elif fitting < _LANES:
    size = 2
  else:
    size = min(fitting // _LANES, 2) * _LANES
  if batch <= size * _SUMS:
    return size
  return -(-batch // (_SUMS * _LANES)) * _LANES


def _padded(x: jax.Array, edges: list[tuple[int, int]]) -> jax.Array:
  """Zeros around, or a piece less where an edge is negative."""
  if not any(map(any, edges)):
    return x
  zero = jnp.zeros((), x.dtype)
  return lax.pad(x, zero, [(low, high, 0) for low, high in edges])


def _dilate(dy: jax.Array, stride: int) -> jax.Array:
  """Zeros between neighbours along the spatial axes."""
  if stride == 1:
    return dy
  inner = (0, 0, stride - 1)
  config = [(0, 0, 0), *[inner] * (dy.ndim - 2), (0, 0, 0)]
  return lax.pad(dy, jnp.zeros((), dy.dtype), config)


def _apply(
  x: jax.Array, kernel: jax.Array, pads: list, stride: int
) -> jax.Array:
  """`_correlate` with a small kernel.

  Few outputs of few inputs are taken with more that are zero: 1.2 times as
  fast with 16 inputs, 2.5 times with one.
  """
  inputs, outputs = kernel.shape[-2:]
  if outputs > _FEW_OUTPUTS or inputs > _FEW_OUTPUTS:
    return _correlate(x, kernel, pads, stride)
  more = -inputs % _LANES if inputs >= _LANES - 1 else 0
  around = [(0, 0)] * (x.ndim - 2)
  wider = _FEW_OUTPUTS + _LANES - outputs
  kernel = _padded(kernel, [*around, (0, more), (0, wider)])
  x = _padded(x, [(0, 0), *around, (0, more)])
  return _correlate(x, kernel, pads, stride)[..., :outputs]


def _correlate(
  x: jax.Array, kernel: jax.Array, pads: list, stride: int
) -> jax.Array:
  """A forward convolution in the default layout."""
  return lax.conv_general_dilated(
    x,
    kernel,
    (stride,) * (x.ndim - 2),
    pads,
    dimension_numbers=_SPECS[x.ndim],
  )
