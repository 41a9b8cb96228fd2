"""Readers who name classes."""

import numpy as np
import pytest

from alx.effort.readers.classes import noisy_classes, uniform_confusion


def test_a_table_is_found_again():
  table = np.array([[0.8, 0.2, 0.0], [0.1, 0.6, 0.3], [0.0, 0.0, 1.0]])
  truth = np.repeat(np.arange(3), 4000)
  named = noisy_classes(1, truth, table)
  for c in range(3):
    seen = np.bincount(named[truth == c], minlength=3) / 4000
    np.testing.assert_allclose(seen, table[c], atol=0.03)
  assert (named == noisy_classes(1, truth, table)).all()
  assert (named != noisy_classes(2, truth, table)).any()


def test_the_ends():
  truth = np.array([0, 1, 2])
  assert (noisy_classes(0, truth, uniform_confusion(3, 1.0)) == truth).all()
  assert (noisy_classes(0, truth, uniform_confusion(3, 0.0)) != truth).all()
  np.testing.assert_allclose(uniform_confusion(3, 0.8)[0], [0.8, 0.1, 0.1])


@pytest.mark.parametrize(
  ("truth", "table", "told"),
  [
    ([0], [[0.5, 0.4], [0, 1]], "rows of sum 1"),
    ([0], [[1.5, -0.5], [0, 1]], "confusion: wanted"),
    ([0], [1.0, 0.0], "confusion: wanted"),
    ([2], np.eye(2), "truth"),
    ([-1], np.eye(2), "truth"),
  ],
)
def test_no_readers(truth, table, told):
  with pytest.raises(ValueError, match=told):
    noisy_classes(0, np.array(truth), table)
