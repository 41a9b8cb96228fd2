"""Plain docstrings become reStructuredText that says the same."""

import dataclasses
from typing import NamedTuple

import docstrings
import pytest


@pytest.mark.parametrize(
  ("text", "wanted"),
  [
    ("[N, *sp, C]", r"[N, \*sp, C]"),
    ("`[N, *sp, C]` and *", r"`[N, *sp, C]` and \*"),
    ("``a_ * b`` * c_", r"``a_ * b`` \* c\_"),
    ("|a - b|^2", r"\|a - b\|^2"),
    ("max_per_group", "max_per_group"),
    (r"(patient\d+)_.*", r"(patient\\d+)_.\*"),
  ],
)
def test_markup_outside_of_backticks_is_taken_for_itself(text, wanted):
  assert docstrings.escaped(text) == wanted


def test_arrays_of_a_signature_are_named():
  listed = (
    "~jax.Array | ~numpy.ndarray | ~numpy.bool | ~numpy.number | bool | int"
    " | float | complex"
  )
  given = f"(probs: {listed} | None = None)", None
  found = docstrings.shorten(None, "function", "f", None, None, *given)
  assert found == ("(probs: ArrayLike | None = None)", None)


def test_what_is_indented_in_a_module_stands_as_it_is():
  found = docstrings.blocks(["Text *.", "", "  a * b", "", "More."])
  assert found == [
    *[r"Text \*.", "", "", "::", "", "    a * b", "", "", "More."],
  ]


class State(NamedTuple):
  key: int  # [] of the run
  values: float  # [N] float32,
  #                or uint8
  # A comment about what follows
  last: str


@dataclasses.dataclass(frozen=True)
class Settings:
  steps: int = 3  # of a fit; > 0


def test_comments_behind_fields_say_what_they_are():
  assert docstrings.fields_of(State) == {
    "key": "[] of the run",
    "values": "[N] float32, or uint8",
    "last": "",
  }
  assert docstrings.fields_of(Settings) == {"steps": "of a fit; > 0"}


def test_what_has_no_source_has_no_fields():
  assert docstrings.fields_of(int) == {}
