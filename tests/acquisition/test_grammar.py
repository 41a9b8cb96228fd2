import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates, configure, settings_of
from alx.acquisition.combinations import combine, fuse, strata
from alx.acquisition.grammar import names_in, parse, split_arms
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
    ("two_stage(entropy, k_center)", 11, "wanted entropy:N"),
    ("two_stage(entropy:2.5, k_center)", 11, "found 2.5"),
    ("two_stage(entropy:3, k_center:4)", 22, "behind k_center"),
    ("two_stage(entropy:3)", 1, "wanted 2 acquisitions, found entropy"),
    ("fuse(entropy)", 1, "two or more"),
    ("fuse(entropy, badge)", 15, "two_stage(SCORE:N, badge)"),
    ("fuse(entropy, random)", 15, "found random, which looks at no item"),
    ("fuse(bald, power_bald)", 12, "does more than take the highest"),
    ("per_cluster(balanced(bald))", 13, "found balanced, which"),
    ("fuse(bald, entropy, typicality)", 21, "did you mean typiclust?"),
    ("fuse(entropy, bald; best)", 21, "no op 'best'"),
    ("bald(reduce=)", 13, "found ')'"),
    ("bald(reduce=most)", 6, "found 'most'"),
    ("bald(reduce=top_fraction(2))", 6, "in (0, 1]"),
    ("bald(reduce=max(2))", 6, "found max(2)"),
    ("bald(size=1)", 6, "no option 'size'; there are: reduce"),
    ("bald(reduce=max, reduce=sum)", 18, "once"),
    ("bald(entropy)", 1, "options name=value only"),
    ("bald(reduce=max, entropy)", 18, "an option name=value"),
    ("per_cluster(margin, quota=all)", 21, "no quota 'all'"),
    ("balanced(margin, by=size)", 18, "by: wanted one of"),
    ("capped_per_group(bald, cap=0)", 24, "at least 1"),
    ("capped_per_group(bald, cap=1.5)", 24, "a whole number, found 1.5"),
    ("capped_per_group(bald, cap=x)", 24, "a whole number, found x"),
    ("without_neighbours(bald, similarity=x)", 26, "a number, found x"),
    ("two_stage(bald:9, k_center; refer=kept)", 29, "there are: reference"),
    ("fuse(bald:1e999, entropy)", 11, "of at most 2147483647"),
    ("two_stage(bald:4294967296, k_center)", 16, "of at most 2147483647"),
    (30 * "two_stage(", 201, "at most 20 brackets"),
    ("k-center", 2, "did you mean k_center?"),
    ("K Center", 3, "did you mean k_center?"),
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


def test_options_of_a_run_reach_every_part_that_does_not_say_its_own():
  given = (
    ("badge", (("first", "uniform"), ("trials", 0))),
    ("prob_cover", (("clusters", 7),)),
  )
  (stage,) = parse("badge", given).stages
  assert settings_of(stage.acquisition)["first"] == "uniform"
  (stage,) = parse("badge(first=norm)", given).stages
  assert settings_of(stage.acquisition)["first"] == "norm"
  assert settings_of(stage.acquisition)["trials"] == 0
  clusters = {
    "prob_cover": 7,
    "prob_cover(clusters=3)": 3,
    "prob_cover(delta=0.5)": None,  # instead of clusters
  }
  for text, number in clusters.items():
    (stage,) = parse(text, given).stages
    assert settings_of(stage.acquisition)["clusters"] == number
  assert parse("bald", given).stages[0].acquisition is BY_NAME["bald"]


def test_more_than_all_are_kept_as_all():
  wide = parse("two_stage(entropy:2147483647, margin)").at(1)
  assert picks(wide) == picks(parse("margin").at(1))


def test_what_reads_groups_says_so():
  for text in ("capped_per_group(bald)", "per_cluster(margin, by=group)"):
    assert "groups" in parse(text).needs
  assert "groups" not in parse("per_cluster(margin)").needs


def test_names_in_a_text():
  text = "two_stage(fuse(bald, entropy; max):9, bald(reduce=max)) + badge"
  assert names_in(text) == ("two_stage", "fuse", "bald", "entropy", "badge")
  assert names_in("dropout_train_test") == ()


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
