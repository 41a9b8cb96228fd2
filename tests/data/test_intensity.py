import hypothesis
import numpy as np
import pytest
from hypothesis import strategies
from hypothesis.extra import numpy as arrays

from alx.data.intensity import normalise


def test_two_values_become_minus_one_and_one():
  image = np.array([[3, 3], [7, 7]], np.uint8)[..., None]
  out = normalise(image)
  assert out.dtype == np.float32
  np.testing.assert_array_equal(out[..., 0], [[-1, -1], [1, 1]])


def test_scale_and_offset_of_the_scanner_do_not_matter():
  image = np.random.default_rng(0).normal(size=(8, 9, 1))
  scaled = normalise(image * 1.7e6 + 5e6)
  np.testing.assert_allclose(scaled, normalise(image), atol=1e-5)


def test_an_outlier_is_clipped():
  image = np.arange(1.0, 1001.0).reshape(20, 50, 1)
  spoilt = image.copy()
  spoilt[-1, -1] = 1e9
  np.testing.assert_allclose(normalise(spoilt), normalise(image), atol=1e-5)


def test_channels_do_not_see_each_other():
  image = np.stack([np.arange(1, 7), 1000 * np.arange(1, 7)], -1)[None]
  out = normalise(image)
  np.testing.assert_allclose(out[..., 0], out[..., 1], atol=1e-6)


def test_zeros_around_a_head_do_not_count():
  head = np.array([10, 10, 20, 20], np.int16)
  image = np.concatenate([np.zeros(5, np.int16), head])[None, :, None]
  out = normalise(image)[0, :, 0]
  np.testing.assert_array_equal(out, [-1] * 7 + [1, 1])


def test_half_zeros_are_an_ordinary_image():
  image = np.array([0, 0, 4, 4])[None, :, None]
  np.testing.assert_array_equal(normalise(image)[0, :, 0], [-1, -1, 1, 1])


@pytest.mark.parametrize("value", [0, 5, 255])
def test_a_constant_channel_becomes_zeros(value):
  image = np.full((4, 4, 1), value, np.uint8)
  np.testing.assert_array_equal(normalise(image), np.zeros((4, 4, 1)))


def test_a_rare_value_of_a_mask_survives():
  image = np.zeros((100, 100, 1), np.uint8)
  image[0, 0] = 1
  out = normalise(image)
  np.testing.assert_allclose(out[0, 0, 0], 99.99, rtol=1e-3)
  np.testing.assert_allclose(out[1, 1, 0], -0.01, rtol=1e-3)


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@hypothesis.given(
  arrays.arrays(
    strategies.sampled_from([np.float32, np.float64, np.int32, np.uint8]),
    (3, 4, 2),
  ).filter(lambda x: bool(np.isfinite(x).all()))
)
def test_the_result_is_always_finite(image):
  assert np.isfinite(normalise(image)).all()
