import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates, configure
from alx.acquisition.combinations import combine, fuse, strata
from alx.acquisition.grammar import parse, split_arms
from alx.acquisition.grammar.compositions import COMPOSITIONS
from alx.acquisition.scores import spatial
from alx.prediction import Prediction


def picks(acquisition, k=3):
  """What is chosen among 12 items of 2 x 2 pixels and 2 classes."""
  rng = np.random.default_rng(0)
  logits = rng.standard_normal((2, 12, 2, 2, 2))
  probs = jnp.asarray(jax.nn.softmax(logits), jnp.float32)
  features = jnp.asarray(rng.standard_normal((12, 3)), jnp.float32)
  mask = jnp.ones((12, 2, 2), bool)
  keys = jax.random.split(jax.random.key(1), 12)
  description = None
  if acquisition.describe is not None:
    voxels = jnp.zeros((12, 2, 2, 2))
    description = acquisition.describe(
      keys, Prediction(probs, features, mask, voxels, voxels)
    )
  there = jnp.arange(12) > 1
  candidates = Candidates(
    there, ~there, groups=jnp.arange(12, dtype=jnp.int32) // 3
  )
  chosen = acquisition.select(jax.random.key(2), description, candidates, k)
  return chosen.tolist()


@pytest.mark.parametrize(
  ("text", "same"),
  [
    ("bald", BY_NAME["bald"]),
    ("bald(reduce=max)", configure(BY_NAME["bald"], reduce="max")),
    (
      "entropy(reduce=quantile(0.5))",
      configure(
        BY_NAME["entropy"], reduce=functools.partial(spatial.quantile, q=0.5)
      ),
    ),
    (
      "two_stage(entropy:5, k_center, reference=kept)",
      combine.two_stage(
        BY_NAME["entropy"], 5, BY_NAME["k_center"], reference="kept"
      ),
    ),
    (
      "dynamic_budget(entropy:0.4, k_center)",
      combine.dynamic_budget(BY_NAME["entropy"], BY_NAME["k_center"], 0.4),
    ),
    (
      "fuse(entropy:2, bald; product, norm=rank)",
      fuse.fuse(
        (BY_NAME["entropy"], BY_NAME["bald"]), (2.0, 1.0), "rank", "product"
      ),
    ),
    (
      "per_cluster(margin, by=bucket, quota=proportional)",
      strata.per_cluster(
        BY_NAME["margin"], strata.hash_buckets(), "proportional"
      ),
    ),
    (
      "per_cluster(random)",
      strata.per_cluster(BY_NAME["random"], strata.clusters(), "one"),
    ),
    ("balanced(entropy)", strata.balanced(BY_NAME["entropy"])),
    (
      "capped_per_group(entropy, cap=2)",
      combine.capped_per_group(BY_NAME["entropy"], 2),
    ),
    (
      "without_neighbours(bald, similarity=0.5)",
      combine.without_neighbours(BY_NAME["bald"], 0.5),
    ),
    (
      "information_density(entropy, beta=2)",
      fuse.information_density(BY_NAME["entropy"], 2.0),
    ),
    ("rarity_weighted(bald)", fuse.rarity_weighted(BY_NAME["bald"])),
  ],
)
def test_a_text_chooses_as_the_functions_do(text, same):
  (stage,) = parse(text).stages
  assert picks(stage.acquisition) == picks(same)
  assert stage.acquisition.needs == same.needs


def test_every_method_and_composition_can_be_written():
  assert all(
    parse(name).stages[0].acquisition is BY_NAME[name] for name in BY_NAME
  )
  assert not set(BY_NAME) & set(COMPOSITIONS)


@pytest.mark.parametrize(
  ("text", "canonical"),
  [
    (
      " two_stage( entropy :100,k_center ) ",
      "two_stage(entropy:100, k_center)",
    ),
    ("fuse(bald, entropy; max)", "fuse(bald, entropy, op=max)"),
    ("entropy*2+k_center", "entropy*2 + k_center"),
    ("bald(reduce=top_fraction(.01))", "bald(reduce=top_fraction(0.01))"),
  ],
)
def test_a_text_has_one_form(text, canonical):
  assert parse(text).text == canonical
  assert parse(canonical).text == canonical
  assert parse(canonical).folder == parse(text).folder


def test_the_same_text_is_the_same_program():
  assert parse("two_stage(bald:5, badge)") is parse("two_stage(bald:5, badge)")


def test_names_of_files_are_plain_and_differ():
  texts = ["bald", "bald(reduce=max)", "bald(reduce=sum)", "bald*1 + badge"]
  folders = [parse(text).folder for text in texts]
  assert folders[0] == "bald" and len(set(folders)) == 4
  assert all(c.isalnum() or c in "_.-" for c in "".join(folders))


@pytest.mark.parametrize(
  ("text", "names"),
  [
    ("entropy*2 + k_center*1", "entropy entropy k_center entropy entropy"),
    ("entropy*2 + k_center", "entropy entropy k_center k_center k_center"),
    ("entropy + k_center", "entropy k_center k_center k_center k_center"),
  ],
)
def test_rounds_take_turns(text, names):
  arm = parse(text)
  found = [arm.at(question) for question in range(1, 6)]
  assert found == [BY_NAME[name] for name in names.split()]
  assert arm.needs == ("probs", "features")


@pytest.mark.parametrize(
  ("text", "place", "words"),
  [
    ("Bald", 1, "no method 'Bald'; did you mean bald?"),
    ("two_stage(entropy:9, k_centr)", 22, "did you mean k_center?"),
    ("two_stage(entropy, k_center)", 1, "wanted entropy:N"),
    ("two_stage(entropy:2.5, k_center)", 1, "found 2.5"),
    ("two_stage(entropy:3, k_center:4)", 1, "behind k_center"),
    ("two_stage(entropy:3)", 1, "wanted 2 acquisitions, found entropy"),
    ("fuse(entropy)", 1, "two or more"),
    ("fuse(entropy, badge)", 1, "found badge, which chooses"),
    ("fuse(entropy, bald; best)", 1, "no op 'best'"),
    ("bald(reduce=)", 13, "found ')'"),
    ("bald(reduce=most)", 1, "found 'most'"),
    ("bald(reduce=top_fraction(2))", 1, "in (0, 1]"),
    ("bald(reduce=max(2))", 1, "found max(2)"),
    ("bald(size=1)", 1, "no option 'size'; there are: reduce"),
    ("bald(reduce=max, reduce=sum)", 18, "once"),
    ("bald(entropy)", 1, "options name=value only"),
    ("bald(reduce=max, entropy)", 18, "an option name=value"),
    ("per_cluster(margin, quota=all)", 1, "no quota 'all'"),
    ("balanced(margin, by=size)", 1, "by: wanted one of"),
    ("capped_per_group(bald, cap=0)", 1, "at least 1"),
    ("entropy*0 + bald", 9, "found '0'"),
    ("entropy +", 10, "found the end"),
    ("entropy:3", 8, "found ':'"),
    ("", 1, "found the end"),
    ("bald(", 6, "wanted a name, found the end"),
    ("bald)", 5, "found ')'"),
    ("bald é", 6, "found 'é'"),
  ],
)
def test_what_is_wrong_is_told_with_its_place(text, place, words):
  with pytest.raises(ValueError) as error:
    parse(text)
  line = str(error.value)
  assert line.startswith(f"acquisition {text!r}, character {place}: ")
  assert words in line and len(line.splitlines()) == 1


def test_one_acquisition_takes_no_turns():
  with pytest.raises(ValueError, match="one alone asks in every round"):
    parse("entropy*2")


def test_arms_are_parted_outside_of_brackets():
  text = "bald(reduce=max), two_stage(entropy:9, k_center),margin"
  assert split_arms(text) == (
    "bald(reduce=max)",
    "two_stage(entropy:9, k_center)",
    "margin",
  )
