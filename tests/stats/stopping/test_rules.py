"""Texts of rules: read, written again, refused in one line."""

import pytest

from alx.stats.stopping import (
  Agreement,
  Budget,
  Equivalence,
  Plateau,
  Target,
  Uncertainty,
  parse_rule,
  split_rules,
)

RULES = {
  "budget:40": Budget(labels=40),
  "budget:seconds=90": Budget(seconds=90.0),
  "plateau": Plateau(rounds=3, level=0.95),
  "plateau:2": Plateau(rounds=2, level=0.95),
  " plateau : rounds=3, gain=0.005 ": Plateau(rounds=3, gain=0.005),
  "plateau:rounds=1,gain=0.01,of=test": Plateau(1, 0.01, None, "test"),
  "target:0.8": Target(0.8),
  "target:score=.9,of=test": Target(0.9, "test"),
  "equivalence:0.02": Equivalence(0.02),
  "equivalence:margin=0.02,score=0.8,alpha=0.1": Equivalence(0.02, 0.8, 0.1),
  "agreement": Agreement(0.99, 3),
  "agreement:0.95,rounds=1": Agreement(0.95, 1),
  "uncertainty:0.1": Uncertainty(0.1),
}


@pytest.mark.parametrize(("text", "rule"), RULES.items())
def test_a_text_is_a_rule_and_the_rule_that_text(text, rule):
  found = parse_rule(text)
  assert found == rule
  assert parse_rule(str(found)) == found


def test_the_one_form():
  assert str(parse_rule("agreement:0.99")) == "agreement:kappa=0.99,rounds=3"
  assert str(parse_rule("plateau:gain=5e-3")) == (
    "plateau:rounds=3,gain=0.005,of=model"
  )


@pytest.mark.parametrize(
  ("text", "told"),
  [
    ("", "wanted one of budget, plateau"),
    ("plato", "found 'plato'; did you mean plateau"),
    ("plateau:", "an option behind the colon"),
    ("plateau:gian=0.1", "found 'gian'.*did you mean gain"),
    ("plateau:rounds=2,rounds=3", "names rounds twice"),
    ("plateau:rounds=1", r"rounds in \[2,.*found 1"),
    ("plateau:rounds=2.5", "a whole number as rounds, found '2.5'"),
    ("plateau:gain=0.1,level=0.9", "not both"),
    ("plateau:gain=nan", r"gain in \(0, 1\], found nan"),
    ("plateau:of=validation", "of=model or of=test, found of=validation"),
    ("budget", "labels or seconds, one of them"),
    ("budget:40,seconds=1", "labels or seconds, one of them"),
    ("budget:0", r"labels in \[1"),
    ("budget:seconds=inf", "seconds in"),
    ("budget:dollars=3", "options labels, seconds, found 'dollars'"),
    ("target", "the score that is to be reached"),
    ("target:80", r"score in \(0, 1\], found 80"),
    ("equivalence", "wants a margin"),
    ("equivalence:0.1,alpha=0.5", r"alpha in \(0, 0.5\)"),
    ("agreement:1.2", r"kappa in \(0, 1\], found 1.2"),
    ("agreement:high", "a number as kappa, found 'high'"),
    ("uncertainty:-1", "entropy in"),
  ],
)
def test_what_is_wrong_is_told_in_one_line(text, told):
  with pytest.raises(ValueError, match=told) as error:
    parse_rule(text)
  assert str(error.value).startswith("stop: ")
  assert "\n" not in str(error.value)


def test_what_a_rule_reads_and_when_it_can_stop_first():
  reads = {text: parse_rule(text).reads for text in RULES}
  assert {text for text, of in reads.items() if of == "test"} == {
    "plateau:rounds=1,gain=0.01,of=test",
    "target:score=.9,of=test",
    "equivalence:0.02",
    "equivalence:margin=0.02,score=0.8,alpha=0.1",
  }
  assert reads["budget:40"] == "budget" and reads["agreement"] == "pool"
  assert reads["plateau"] == "pool"
  assert parse_rule("agreement:0.99,rounds=2").first_round == 2
  assert parse_rule("target:0.9").first_round == 0


@pytest.mark.parametrize(
  ("text", "parts"),
  [
    ("plateau", ["plateau"]),
    ("plateau:rounds=3,gain=0.005", ["plateau:rounds=3,gain=0.005"]),
    ("agreement:0.9,budget:40", ["agreement:0.9", "budget:40"]),
    (
      "agreement:0.9, rounds=2 , plateau,target:0.8,of=test",
      ["agreement:0.9,rounds=2", "plateau", "target:0.8,of=test"],
    ),
    ("plateau,rounds=2", ["plateau,rounds=2"]),  # refused when it is read
    ("budget:40,", ["budget:40", ""]),
  ],
)
def test_rules_between_commas(text, parts):
  assert split_rules(text) == parts
