"""Acquisitions that are long, or whose weights say nothing: one short line."""

import pytest

from alx.acquisition.grammar import parse
from alx.runs.settings.config import Config

LONG = {
  "a name": ("x" * 10_000, "character 1: no method 'xxx"),
  "turns": ("entropy+" * 2000, "character 16001: wanted a name, found the end"),
  "depth": ("balanced(" * 900, "character 181: wanted at most 20 brackets"),
  "a letter": ("entropy, " * 900 + "?", "character 8101: wanted a name"),
  "a number": (
    f"entropy*{'9' * 5000} + gini",
    "wanted a whole number of rounds",
  ),
  "one turn": (f"two_stage(gini:5,{' ' * 5000}badge)*2", "wanted a second one"),
  "a part": (f"bald({'x' * 5000})", "takes options name=value only"),
  "a value": (f"bald(reduce={'x' * 5000})", "bald: reduce: wanted mean"),
  "an option": (f"bald({'x' * 5000}=1)", "bald: no option 'xxx"),
}


@pytest.mark.parametrize(("text", "words"), LONG.values(), ids=LONG)
def test_a_long_text_is_a_short_line(text, words):
  with pytest.raises(ValueError, match=words.replace("?", ".")) as error:
    parse(text)
  assert len(str(error.value)) < 1500  # with the names of all methods


def test_many_commas():
  with pytest.raises(ValueError, match="wanted names between commas") as error:
    Config(acquisition=("",) * 10_000)
  assert len(str(error.value)) < 300


@pytest.mark.parametrize("weights", [("0", "0"), ("0.0", "-0"), ("1e39", "1")])
def test_weights_that_say_nothing(weights):
  text = "fuse(entropy:{}, margin:{})".format(*weights)
  with pytest.raises(ValueError, match="fuse: weights: wanted finite numbers"):
    parse(text)
