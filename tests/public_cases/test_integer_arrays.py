"""Features and logits of integers, as quantised networks have them.

float32 has no integers beyond 2^24 but every second, fourth ...: ties that are
none decide by the lowest id.
"""

import numpy as np
import pytest

import alx

FEATURES = np.round(np.random.default_rng(0).normal(0, 9, (40, 3))).astype(int)


def test_a_choice_is_not_made_of_rounding():
  with pytest.raises(ValueError, match=r"cannot tell apart") as error:
    alx.query("k_center", k=5, features=FEATURES + 2**40)
  assert "\n" not in str(error.value)
  near = alx.query("k_center", k=5, features=FEATURES + 2**10)
  wanted = alx.query("k_center", k=5, features=FEATURES)
  assert near.tolist() == wanted.tolist() != [0, 1, 2, 3, 4]


def test_scores_of_logits_far_from_0():
  logits = np.array([[0, 1], [0, 2], [0, 0]])
  wanted = alx.score("entropy", logits=logits.astype(np.float32))
  found = alx.score("entropy", logits=logits + 2**30)
  np.testing.assert_allclose(found, wanted, rtol=1e-6)
