import numpy as np
import pytest

from alx.projects.models.forgetting import change_lines, matrix_of, transfer
from tests import oracle_projects

# By hand: after the third domain the first has lost 0.3 of 0.9, the second
# gained 0.1 on 0.7.
SCORES = [[0.9, 0.2, 0.1], [0.8, 0.7, 0.3], [0.6, 0.8, 0.9]]


def test_transfer_by_hand():
  found = transfer(SCORES, [0.1, 0.1, 0.1])
  np.testing.assert_allclose(found.average, (0.6 + 0.8 + 0.9) / 3)
  np.testing.assert_allclose(found.backward, (-0.3 + 0.1) / 2)
  np.testing.assert_allclose(found.forward, (0.1 + 0.2) / 2)
  # Against the best before the last: 0.9 to 0.6, and 0.7 to 0.8.
  np.testing.assert_allclose(found.forgotten, (0.3 - 0.1) / 2)


def test_backward_transfer_is_the_loop():
  scores = np.random.default_rng(0).uniform(size=(5, 5))
  found = transfer(scores)
  np.testing.assert_allclose(
    found.backward, oracle_projects.backward_transfer(scores)
  )
  assert np.isnan(found.forward)


def test_one_domain_has_nothing_to_forget():
  found = transfer([[0.8]])
  assert found.average == 0.8
  assert np.isnan([found.backward, found.forward, found.forgotten]).all()


def test_the_matrix_of_rows():
  rows = [
    {"version": "v1", "domain": "a", "score": 0.8},
    {"version": "v1", "domain": "a", "score": 0.6},
    {"version": "v2", "domain": "b", "score": 0.5},
    {"version": "v3", "domain": "c", "score": 0.9},
  ]
  np.testing.assert_allclose(
    matrix_of(rows, ["a", "b"], ["v1", "v2"]), [[0.7, np.nan], [np.nan, 0.5]]
  )


def test_domains_that_lost_are_told():
  before = {"a": 0.8, "b": 0.8, "c": 0.8}
  found = change_lines(before, {"a": 0.79, "b": 0.7}, 0.02)
  assert found == [
    "b: 0.8000 before the update, 0.7000 after it",
    "c: not measured after the update",
  ]


def test_other_shapes_are_refused():
  with pytest.raises(ValueError, match=r"wanted scores \[T, T\]"):
    transfer(np.zeros((2, 3)))
  with pytest.raises(ValueError, match=r"wanted untrained \[3\]"):
    transfer(SCORES, [0.1])
