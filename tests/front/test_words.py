"""What arguments are called, by others too."""

import functools
import inspect

import jax
import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.grammar import ALIASES, parse
from alx.acquisition.grammar.compositions import COMPOSITIONS
from alx.front import words
from alx.prediction import Prediction

N = 12
LOGITS = np.random.default_rng(0).standard_normal((N, 3))
LABELLED = np.arange(N) < 3
methods = functools.cache(alx.methods)


def test_labeled_is_labelled():
  found = alx.query("k_center", k=4, features=LOGITS, labeled=LABELLED)
  wanted = alx.query("k_center", k=4, features=LOGITS, labelled=LABELLED)
  assert found.tolist() == wanted.tolist() and found.min() > 2
  with pytest.raises(ValueError, match="one argument: give it once"):
    alx.query("random", k=1, labeled=LABELLED, labelled=LABELLED)


@pytest.mark.parametrize(
  ("wrong", "right"),
  [
    ("logit", "logits"),
    ("embeddings", "features"),
    ("batch_size", "k"),
    ("seed", "key"),
    ("X", "features"),
    ("powr", "power"),
  ],
)
def test_an_unknown_keyword_is_answered_by_name(wrong, right):
  with pytest.raises(ValueError, match="no option") as caught:
    alx.query("badge", **{wrong: 1})
  assert str(caught.value).startswith(
    f"no option {wrong!r} of badge, and no argument of query; did you mean "
    f"{right}=? options of badge: first, power, trials; arguments: k, probs,"
  )


def test_every_name_of_others_is_of_an_argument():
  arguments = {*inspect.signature(alx.query).parameters}
  assert {*words._OTHERS.values()} <= arguments
  assert not {*words._OTHERS} & arguments


def test_k_is_wanted():
  with pytest.raises(ValueError, match="k= is missing: how many items"):
    alx.query("random", n=4)


@pytest.mark.parametrize("name", ["k", "n", "key", "labeled", "lam", "groups"])
def test_what_is_traced_is_told_of_alx_functional(name):
  def ask(value):
    given = {"k": 2, "logits": LOGITS} | {name: value}
    return alx.query("class_balanced", **given)

  line = f"{name}: .* found a traced one; .* alx.functional for inside"
  with pytest.raises(ValueError, match=line) as caught:
    jax.jit(ask)(1)
  assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_option_is_explained(name):
  method = methods()[name]
  assert list(method.meanings) == list(method.options)
  for text in method.meanings.values():
    assert "\n" not in text and text.endswith(")") and len(text) > 20


def test_an_option_says_what_it_may_be():
  found = methods()["class_balanced"].meanings["sweeps"]
  assert found.startswith("at most so many; they end when nothing is")
  assert found.endswith("(an integer >= 0)")


@pytest.mark.parametrize("kind", [Prediction, Candidates])
def test_help_has_the_shape_of_every_field(kind):
  text = inspect.getdoc(kind)
  for name in kind._fields:
    assert f"  {name}: [" in text


def test_aliases_are_other_names_of_methods():
  assert {*ALIASES.values()} <= {*BY_NAME}
  assert not {*ALIASES} & {*BY_NAME, *COMPOSITIONS}
  assert parse("coreset").text == "k_center"
  text = "two_stage(least_confidence:9, coreset)*2 + kmeans"
  wanted = "two_stage(confidence:9, k_center)*2 + k_means"
  assert parse(text).text == wanted
  items = alx.query("least_confidence", k=3, logits=LOGITS)
  assert items.tolist() == alx.query("confidence", k=3, logits=LOGITS).tolist()


@pytest.mark.parametrize(
  ("text", "hint"),
  [
    ("core-set", "did you mean k_center?"),
    ("least_conf", "did you mean confidence?"),
    ("bald(redcue=max)", "did you mean reduce? there are: reduce"),
    ("fuse(bald, entropy; nrm=rank)", "did you mean norm? there are: norm, op"),
  ],
)
def test_what_is_near_is_told_first(text, hint):
  with pytest.raises(ValueError, match="acquisition") as caught:
    parse(text)
  assert hint in str(caught.value)
