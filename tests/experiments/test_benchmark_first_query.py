"""The benchmark of first queries, on a small pool."""

from alx.acquisition import BY_NAME
from experiments.benchmarks import first_query


def test_fifteen_methods_and_some_others_are_known():
  names = (*first_query.MOST_USED, *first_query.OTHERS)
  assert len(first_query.MOST_USED) == 15
  assert len(set(names)) == len(names) and set(names) <= set(BY_NAME)


def test_only_the_first_answer_compiles():
  turns = first_query.alone("margin", 40, 3)
  assert [turn["compiled"] for turn in turns[1:]] == [0, 0, 0]
  row = first_query.row_of("margin", turns)
  assert len(row) == len(first_query.COLUMNS) and row[0] == "margin"
