"""What is worked out once for a problem."""

import types

from alx.runs.problem.job import once
from alx.runs.problem.problem import Problem


def test_it_is_made_once_for_a_problem_and_its_data():
  calls = []

  def make():
    calls.append(None)
    return len(calls)

  data, other = types.SimpleNamespace(), types.SimpleNamespace()
  problem = Problem(data, None, *[None] * 9, {})
  assert once(problem, "a", make) == once(problem, "a", make) == 1
  assert once(problem, "b", make) == 2
  assert once(problem._replace(dataset=other), "a", make) == 3
  assert once(problem._replace(memo=None), "a", make) == 4
  assert once(problem._replace(memo=None), "a", make) == 5
