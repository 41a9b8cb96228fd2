import numpy as np

from alx.acquisition import BY_NAME
from alx.report.answer import plain
from alx.report.answer.glossary import glossary
from alx.report.answer.sentences import make_answer
from alx.report.arms import make_arms
from alx.report.read import read_study
from tests.answer_curves import FAST, LIKE, RANDOM, arm


def words_of(study, arms, **about):
  found = read_study(study)
  found = found._replace(dataset=found.dataset | about)
  return dict(glossary(found, arms, make_answer(arms, found.metric)))


def test_every_method_is_said_in_half_a_sentence():
  assert set(plain.METHODS) == set(BY_NAME)
  for text in (*plain.METHODS.values(), *plain.MEASURES.values()):
    assert 10 < len(text) < 120 and not text.endswith(".")


def test_only_what_the_answer_needs(study):
  words = words_of(study, [RANDOM, LIKE])
  assert list(words) == ["a label", "random", "BALD", "Dice", *CHANCE]
  assert "outlined" in words["a label"]
  words = words_of(study, [RANDOM, FAST], task="classification")
  assert "set by random alone" in words["what random has"]
  assert "class" in words["a label"] and "about" not in words


CHANCE = ["paired seeds", "95% interval"]


def test_methods_in_a_composition_are_explained_too(study):
  mixed = arm("two_stage(entropy:9, k_center)", FAST.scores)
  assert {"entropy", "k-center"} <= set(words_of(study, [RANDOM, mixed]))


def test_of_one_seed_no_interval_is_explained(study):
  words = words_of(study, [arm("random", RANDOM.scores[:1])])
  assert not set(CHANCE) & set(words)


def test_a_part_of_an_item_is_said_to_be_one(study):
  def label(**config):
    found = read_study(study)
    about = found.dataset | {"scored": {"kind": "volume"}}
    found = found._replace(config=found.config | config, dataset=about)
    arms = make_arms(found)
    return dict(glossary(found, arms, make_answer(arms, "dice")))["a label"]

  assert label() == "one volume that an expert has outlined"
  assert (
    label(unit="slices:0")
    == "one slice of a volume that an expert has outlined"
  )
  told = label(unit="superpixels:9", answer="dominant")
  assert told.startswith("one patch of like voxels of a volume of which an")
  assert label(unit="boxes:4", budget="units:3").startswith("one small box of")
  assert label(unit="slices:0", budget="voxels:9").startswith("one voxel of")
  assert label(budget="seconds:9") == "one second of an expert's work"


def test_what_is_labelled_has_the_name_that_the_data_say(study):
  arms = make_arms(read_study(study))
  words = words_of(study, arms, scored={"kind": "slice"})
  assert words["a label"] == "one slice that an expert has outlined"


def test_one_seed_says_nothing_about_lines_between_rounds(study):
  assert "about" not in words_of(study, [one(RANDOM), one(FAST)])
  between = FAST._replace(scores=FAST.scores + np.array([0, 0, 0.1, 0, 0]))
  words = words_of(study, [RANDOM, between])
  assert words["about"].startswith("labels came 4 at a time")


def one(arm_of_five):
  return arm(arm_of_five.name, arm_of_five.scores[:1])
