"""Cases go out, answers come back."""

import jax
import numpy as np

from experiments.nocode.desk import Case, key_of, memory_desk
from experiments.nocode.plan import Row
from tests.nocode_cases import ready_of

ROW = Row("d", "oracle", "none", "random", 0)


def test_answers_of_a_reader_with_and_without_a_draft():
  truth = np.zeros((6, 6, 3), np.uint8)
  truth[1:4, 1:4, 1] = 1
  cases = [Case(name, "p", truth, (1.0, 1.0, 1.0)) for name in "ab"]
  desk = memory_desk(ROW, ready_of("back", "front"), "axial")
  scratch, accepted = desk(cases, [None, truth.copy()])
  assert (scratch.decision, accepted.decision) == ("scratch", "accept")
  assert scratch.edit.unit == "mm" and scratch.edit.added.tolist() == [8.0]
  flat = [Case("a", "p", truth[..., 1], None)]  # a plane says nothing there
  assert desk(flat, [None])[0].edit.unit == "voxels"


def test_a_case_has_one_key_for_a_reader_and_a_seed():
  keys = [
    key_of("a", 0, "x"), key_of("a", 0, "y"), key_of("b", 0, "x"),
    key_of("a", 1, "x"), key_of("a", 0, "x"),
  ]  # fmt: skip
  words = [np.asarray(jax.random.key_data(key)) for key in keys]
  assert len({tuple(w) for w in words}) == 4
  assert (words[0] == words[-1]).all()
