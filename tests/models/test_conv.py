"""The convolution against XLA's own, in value and in both gradients."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models.conv import Conv, convolve

SPECS = {4: ("NHWC", "HWIO", "NHWC"), 5: ("NDHWC", "DHWIO", "NDHWC")}

# x, kernel, stride: even and odd extents, odd windows, strided.
CASES = [
  ((2, 8, 6, 3), (3, 3, 3, 4), 1),
  ((2, 7, 5, 1), (3, 5, 1, 2), 1),
  ((1, 4, 4, 20), (1, 1, 20, 3), 1),
  ((5, 64, 64, 2), (3, 3, 2, 17), 1),  # kernel gradient of 4 items, and 1
  ((7, 9, 9, 2), (3, 3, 2, 17), 2),  # of 4 items, and 3 with one more
  ((18, 8, 6, 5), (3, 3, 5, 2), 1),  # of 16 items, and 2
  ((300, 4, 4, 1), (3, 3, 1, 2), 1),  # of more items, to have 16 sums
  ((2, 8, 6, 3), (3, 3, 3, 4), 2),
  ((2, 7, 5, 3), (5, 3, 3, 2), 2),
  ((3, 9, 8, 2), (1, 1, 2, 5), 2),
  ((2, 4, 6, 5, 3), (3, 3, 3, 3, 2), 1),
  ((1, 5, 7, 4, 1), (3, 5, 3, 1, 4), 1),
  ((2, 6, 5, 4, 3), (3, 3, 3, 3, 2), 2),
  ((2, 5, 4, 7, 2), (5, 1, 3, 2, 3), 2),
]


def reference(x, kernel, stride):
  strides = (stride,) * (x.ndim - 2)
  return jax.lax.conv_general_dilated(
    x,
    kernel,
    strides,
    "SAME",
    dimension_numbers=SPECS[x.ndim],
    precision="highest",
  )


def normal(shape, seed):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


def value_and_gradients(fn, x, kernel, stride):
  y, pull = jax.vjp(lambda x, kernel: fn(x, kernel, stride), x, kernel)
  return y, *pull(normal(y.shape, 3))


def assert_close(got, wanted):
  assert got.shape == wanted.shape
  scale = np.abs(wanted).max()
  np.testing.assert_allclose(got / scale, wanted / scale, atol=1e-5)


@pytest.mark.parametrize(("x", "kernel", "stride"), CASES)
def test_value_and_gradients_equal_xla(x, kernel, stride):
  x, kernel = normal(x, 0), normal(kernel, 1)
  run = functools.partial(value_and_gradients, stride=stride)
  both = jax.jit(lambda x, k: (run(convolve, x, k), run(reference, x, k)))
  for got, wanted in zip(*both(x, kernel), strict=True):
    assert_close(got, wanted)


@pytest.mark.parametrize(("x", "kernel", "stride"), [CASES[0], CASES[-2]])
def test_vmap_over_kernels(x, kernel, stride):
  x, kernels = normal(x, 0), normal((3, *kernel), 1)
  run = functools.partial(value_and_gradients, stride=stride)
  got = jax.jit(jax.vmap(lambda k: run(convolve, x, k)))(kernels)
  one = jax.jit(lambda k: run(reference, x, k))
  for seed, kernel in enumerate(kernels):
    for each, wanted in zip(got, one(kernel), strict=True):
      assert_close(each[seed], wanted)


def test_vmap_over_both():
  x, kernels = normal((2, 2, 6, 8, 3), 0), normal((2, 3, 3, 3, 4), 1)
  run = functools.partial(value_and_gradients, stride=1)
  got = jax.jit(jax.vmap(lambda a, k: run(convolve, a, k)))(x, kernels)
  one = jax.jit(lambda a, k: run(reference, a, k))
  for seed in range(2):
    for each, wanted in zip(got, one(x[seed], kernels[seed]), strict=True):
      assert_close(each[seed], wanted)


def test_scan_equals_unrolled():
  x, kernel = normal((2, 8, 6, 3), 0), normal((3, 3, 3, 3), 1)

  def step(kernel, _):
    grad = jax.grad(lambda k: jnp.square(convolve(x, k)).mean())(kernel)
    return kernel - 0.1 * grad, None

  scanned, _ = jax.lax.scan(step, kernel, length=3)
  unrolled = kernel
  for _ in range(3):
    unrolled, _ = jax.jit(step)(unrolled, None)
  assert_close(scanned, unrolled)


def test_other_backends_convolve_directly(monkeypatch):
  monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
  x, kernel = normal((2, 4, 6, 5, 3), 0), normal((3, 3, 3, 3, 2), 1)
  text = str(jax.make_jaxpr(convolve)(x, kernel))
  assert "custom_vjp" not in text
  assert_close(convolve(x, kernel), reference(x, kernel, 1))


def test_cpu_never_convolves_in_three_dimensions():
  x, kernel = normal((2, 4, 6, 5, 3), 0), normal((3, 3, 3, 3, 2), 1)
  loss = jax.grad(lambda x, k: convolve(x, k).sum(), (0, 1))
  assert "lhs_spec=(0, 4, 1, 2, 3)" not in str(jax.make_jaxpr(loss)(x, kernel))


@pytest.mark.parametrize(
  ("x", "kernel", "stride", "message"),
  [
    ((2, 8, 3), (3, 3, 1), 1, "4-D or both 5-D"),
    ((2, 8, 8, 3), (3, 3, 3, 3, 1), 1, "4-D or both 5-D"),
    ((2, 8, 8, 3), (3, 3, 2, 1), 1, "3 channels, the kernel wants 2"),
    ((2, 8, 8, 3), (2, 3, 3, 1), 1, "must be odd"),
    ((2, 8, 8, 3), (3, 3, 3, 1), 3, "stride must be 1 or 2, got 3"),
  ],
)
def test_refuses_what_does_not_fit(x, kernel, stride, message):
  with pytest.raises(ValueError, match=message):
    convolve(jnp.zeros(x), jnp.zeros(kernel), stride)


def test_module_starts_with_he_normal():
  x = normal((1, 8, 8, 32), 0)
  params = Conv(64).init(jax.random.key(0), x)
  kernel = params["params"]["kernel"]
  assert kernel.shape == (3, 3, 32, 64)
  np.testing.assert_allclose(kernel.std(), (2 / (9 * 32)) ** 0.5, rtol=0.05)
  assert_close(Conv(64).apply(params, x), reference(x, kernel, 1))
