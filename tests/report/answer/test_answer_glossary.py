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


def test_what_is_labelled_has_the_name_that_the_data_say(study):
  arms = make_arms(read_study(study))
  words = words_of(study, arms, scored={"kind": "slice"})
  assert words["a label"] == "one slice that an expert has outlined"
