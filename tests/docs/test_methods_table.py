"""The tables of methods say what the docstrings say."""

import methods_table
import pytest

import alx


@pytest.mark.parametrize(
  ("name", "wanted"),
  [
    ("entropy", "one pass over the items"),
    ("stochastic_batches", "time O(N log N), memory O(N)"),
    ("mean_discrepancy", "time and memory O(N D)"),
    ("max_cover", "time and memory are those of `facility_location`"),
    (
      "optimal_transport",
      "time of `facility_location` and O(N_available G (D + k)) for each swap; "
      "memory O(N D + G k)",
    ),
  ],
)
def test_cost_is_the_sentence_of_the_docstring(name, wanted):
  assert methods_table.cost_of(name) == wanted


def test_every_choice_says_what_it_costs():
  silent = {
    name
    for name, method in alx.methods().items()
    if not method.scores and "pass" in methods_table.cost_of(name)
  }
  assert silent == {"random"}


def test_a_row_has_the_paper_and_the_options():
  name, does, needs, _ = methods_table.row_of("beta_entropy")
  assert name == "`beta_entropy` Balaram et al. 2022"
  assert does.endswith("Options: `over`, `reduce`.")
  assert needs == "evidence"
