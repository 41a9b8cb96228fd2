import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alx.stats import benjamini_hochberg, holm
from tests import oracle_stats

# Hundredths, so that ties are common and products do not round.
P_VALUES = st.lists(
  st.integers(0, 100).map(lambda x: x / 100), min_size=1, max_size=8
)


def test_holm_by_hand():
  # Sorted: 0.01 * 4, 0.02 * 3, 0.03 * 2 (not below 0.06), 0.5 * 1.
  found = holm([0.03, 0.01, 0.5, 0.02])
  np.testing.assert_allclose(found, [0.06, 0.04, 0.5, 0.06])


def test_benjamini_hochberg_by_hand():
  # Sorted: 0.01 * 4, 0.04 * 4 / 2, 0.045 * 4 / 3, 0.5 * 1; never above the
  # next, so 0.08 becomes 0.06.
  found = benjamini_hochberg([0.045, 0.01, 0.5, 0.04])
  np.testing.assert_allclose(found, [0.06, 0.04, 0.5, 0.06])


def test_no_adjusted_p_is_above_one():
  np.testing.assert_array_equal(holm([0.9, 0.8]), [1.0, 1.0])
  assert benjamini_hochberg([0.9, 1.0]).max() == 1.0


@pytest.mark.parametrize("name", ["holm", "benjamini_hochberg"])
@given(P_VALUES)
def test_adjusted_p_rejects_what_the_procedure_rejects(name, p):
  adjust = {"holm": holm, "benjamini_hochberg": benjamini_hochberg}[name]
  for alpha in (0.0333, 0.1777):  # no multiple of a hundredth
    wanted = getattr(oracle_stats, name)(p, alpha)
    np.testing.assert_array_equal(adjust(p) <= alpha, wanted)


@given(P_VALUES)
def test_holm_is_never_below_benjamini_hochberg_nor_that_below_p(p):
  lowest = benjamini_hochberg(p)
  assert (holm(p) >= lowest - 1e-12).all()
  assert (lowest >= np.array(p) - 1e-12).all()


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_unknown_p_values_are_no_tests(adjust):
  found = adjust([[0.01, np.nan], [0.2, 0.03]])
  alone = adjust([0.01, 0.2, 0.03])
  np.testing.assert_array_equal(found.ravel(), np.insert(alone, 1, np.nan))
  assert np.isnan(adjust([np.nan])).all()


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_what_is_no_probability_is_refused(adjust):
  with pytest.raises(ValueError, match=r"p-values in \[0, 1\], got"):
    adjust([0.5, 1.5])
  with pytest.raises(ValueError, match="p-values"):
    adjust([-0.1, np.nan])
