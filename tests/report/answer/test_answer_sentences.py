"""The sentences of curves that a reader can check by eye."""

import numpy as np
import pytest

from alx import stats
from alx.report.answer import phrases
from alx.report.answer.sentences import Whole, console_lines, make_answer
from tests.answer_curves import FAST, LIKE, RANDOM, SLOW, arm, around

WHOLE = Whole(stats.mean_interval(np.array([0.89, 0.90, 0.91])), 300)
NOTHING = "is not shown to need fewer labels than random here"


def said(*arms, metric="dice", whole=None):
  return make_answer(arms, metric, whole).sentences


def first(arm_of_five, seeds=1):
  """Its first seeds alone."""
  return arm(arm_of_five.name, arm_of_five.scores[:seeds])


def test_a_method_that_needs_fewer():
  # At 12 labels it has 0.80, and so has random at 20.
  text, means = said(RANDOM, FAST)
  start = "entropy reaches what random has with 20 labels at "
  assert text.startswith(start) and text.endswith(
    "% fewer; 95% interval, 5 paired seeds)."
  )
  labels, shares = text.removeprefix(start).split("; ")[0].split(" labels (")
  low, high = map(int, labels.split(" to "))
  assert 4 <= low <= 12 <= high <= 19
  percent = 100 * (1 - high / 20), 100 * (1 - low / 20)
  assert shares == "{:.0f} to {:.0f}% fewer".format(*percent)
  assert means == "That is Dice 0.800; on mean curves, entropy at 12."


def test_less_may_be_better():
  """Errors that fall as the scores of the others rise."""
  base, fast = (x._replace(scores=1 - x.scores) for x in (RANDOM, FAST))
  found = make_answer([base, fast], "ece")
  wanted = make_answer([RANDOM, FAST], "dice")
  assert found.sentences[0] == wanted.sentences[0]
  assert found.findings[0].saved == wanted.findings[0].saved
  assert found.sentences[1].startswith("That is ECE 0.200;")
  flat = around("random", (0.50, 0.20, 0.20, 0.20, 0.20))
  worse = around("entropy", (0.50, 0.55, 0.58, 0.60, 0.60), turn=3)
  (text,) = make_answer([flat, worse], "ece").sentences
  assert text.startswith("entropy ends 0.400 higher in ECE than random")


def test_labels_between_rounds_are_about():
  faster = FAST._replace(scores=FAST.scores + np.array([0, 0, 0.1, 0, 0]))
  assert said(RANDOM, faster)[1] == (
    "That is Dice 0.800; on mean curves, entropy at about 10."
  )


def test_a_method_that_is_like_random():
  text, seen = said(RANDOM, LIKE)
  # Gaps of 2, 2, 2, -3, -3 hundredths: sd 0.0274; 2.776 * sd / sqrt(5).
  assert text == (
    f"BALD {NOTHING}; differences in Dice smaller than 0.046 could not be seen "
    "(5 paired seeds)."
  )
  wanted = "BALD is between 0.034 worse and 0.034 better with 20 labels."
  assert seen == wanted


def test_a_method_that_does_not_get_there():
  (text,) = said(RANDOM, SLOW)
  assert text.startswith(
    "k-center needs more labels than random: it does not reach random's final "
    "Dice of 0.800 within 20; its 20 do what 12 random ones do, 8 fewer (95% "
    "interval "
  )


def test_one_that_falls_ends_lower():
  down = around("k_center", (0.50, 0.45, 0.42, 0.41, 0.40), turn=1)
  # Gaps of -1, -1, -1, -1, 4 hundredths from -0.4: sd 0.0224.
  (text,) = said(RANDOM, down)
  assert text == (
    "k-center ends 0.400 lower in Dice than random with 20 labels (95% "
    "interval 0.372 to 0.428, 5 paired seeds)."
  )


def test_several_are_told_in_order_and_corrected_for():
  head, _, like, slow = said(RANDOM, SLOW, LIKE, FAST)
  assert head.startswith("entropy reaches")
  assert head.endswith("5 paired seeds, corrected for 3 tests).")
  assert like.startswith("No significant difference in 5 seeds: BALD (between")
  assert " more and " in like and like.endswith(" fewer).")
  assert slow.startswith("k-center needs more") and "seeds" not in slow


def test_the_second_that_needs_fewer_is_short():
  also = around("margin", (0.50, 0.66, 0.76, 0.84, 0.90), turn=1)
  first, second, means = said(RANDOM, also, FAST)
  assert first.startswith("entropy reaches")
  assert second.startswith("margin does at ") and "% fewer)." in second
  assert means.endswith("on mean curves, entropy at 12 and margin at about 14.")


def test_of_other_seeds_each_has_its_own_goal_and_evidence():
  """The first four seeds of random end at 0.79, 0.80, 0.81 and 0.82."""
  four = first(FAST._replace(name="margin"), 4)
  *both, means = said(RANDOM, four, FAST)
  texts = dict(text.split(" reaches what random has with ") for text in both)
  for name, seeds in (("margin", 4), ("entropy", 5)):
    told = f"; 95% interval, {seeds} paired seeds, corrected for 2 tests)."
    assert texts[name].endswith(told)
  assert "0.805 for margin" in means and "0.800 for entropy" in means


def test_seeds_that_were_not_told_are_told_behind():
  slow = around("margin", (0.50, 0.52, 0.55, 0.60, 0.70), turn=2)
  slow, like = first(slow, 4), first(LIKE, 3)
  _, _, open_, more = said(RANDOM, FAST, like, slow)
  assert open_.startswith("No significant difference in 3 seeds: BALD (")
  assert more.endswith(", 4 paired seeds, corrected for 3 tests).")
  _, _, open_, _ = said(RANDOM, FAST, like, LIKE._replace(name="x"), slow)
  assert open_.startswith("No significant difference in 3 to 5 seeds: BALD (")


def test_two_that_need_more():
  slower = around("margin", (0.50, 0.51, 0.53, 0.55, 0.60), turn=2)
  (text,) = said(RANDOM, SLOW, slower)
  assert text.startswith("margin needs more labels than random: ")
  assert "k-center too: its 20 do what 12 random ones do, 8 fewer (" in text


def test_nothing_is_ahead_and_one_behind():
  texts = said(RANDOM, LIKE, SLOW)
  assert texts[0].startswith(
    "No method is shown to need fewer labels than random here; differences in "
    "Dice smaller than "
  )
  assert texts[1].startswith("The best, BALD, is between ")
  assert texts[2].startswith("k-center needs more")
  also = around("margin", RISING_LESS, turn=1)
  texts = said(RANDOM, LIKE, also)
  assert texts[2].startswith("No significant difference either: margin (betwe")


RISING_LESS = (0.50, 0.60, 0.70, 0.75, 0.79)


def test_on_flat_curves_it_is_said_in_the_score():
  flat = around("random", (0.50, 0.80, 0.80, 0.80, 0.80))
  higher = around("entropy", (0.50, 0.80, 0.85, 0.88, 0.90), turn=3)
  (text,) = said(flat, higher)
  assert text.startswith(
    "entropy ends 0.100 higher in Dice than random with 20 labels (95% "
  )
  assert text.endswith(
    "; on mean curves it has random's final score at 8, but random itself is "
    "not shown to rise from there, so what that saves cannot be counted."
  )
  lower = around("entropy", (0.50, 0.70, 0.70, 0.70, 0.70), turn=3)
  (text,) = said(flat, lower)
  assert text.startswith("entropy") and "fewer than" not in text


def test_one_seed_says_nothing_of_chance():
  (text,) = said(first(RANDOM), first(FAST), first(LIKE))
  # 0.910 and 0.820 against 0.790.
  assert text == (
    f"One seed says nothing about chance ({TOO_FEW}): with 20 labels, against "
    "random, the Dice is 0.120 higher for entropy and 0.030 higher for BALD."
  )


TOO_FEW = "differences seen, too few seeds to tell; run --seeds=5 or more"


def two(name, *last):
  """Two seeds of two rounds."""
  return arm(name, [(0.5, score) for score in last], (4, 8))


def test_two_seeds_that_agree_show_no_gain():
  """A t-test of one degree of freedom has p 0.035 here."""
  base, ahead = two("random", 0.70, 0.80), two("entropy", 0.772, 0.880)
  found = make_answer([base, ahead], "dice")
  assert found.findings[0].p == pytest.approx(0.0335, abs=1e-4)
  assert found.sentences == (
    f"Two seeds say little about chance ({TOO_FEW}): with 8 labels, against "
    "random, the Dice is 0.076 higher for entropy.",
  )
  assert found.findings[0].verdict == "few"


def test_two_seeds_that_fall_or_do_not_differ_are_told_alike():
  base = two("random", 0.70, 0.80)
  lower, same = two("bald", 0.60, 0.70), two("margin", 0.80, 0.70)
  (text,) = said(base, lower, same, two("badge", 0.70, 0.80))
  assert text.endswith(
    "the Dice is 0.100 lower for BALD, the same for margin and the same for "
    "BADGE."
  )
  assert "Not known" not in text  # for want of a spread


def test_two_seeds_where_less_is_better():
  (text,) = said(two("random", 0.30, 0.20), two("bald", 0.2, 0.1), metric="ece")
  assert text.endswith("the ECE is 0.100 lower for BALD.")


def test_an_arm_with_two_seeds_beside_others_with_more():
  head, _, few = said(RANDOM, FAST, first(LIKE, 2))
  # 0.82 and 0.78 against 0.79 and 0.80.
  assert head.startswith("entropy reaches what random has")
  assert few == (
    f"{TOO_FEW.capitalize()}: with 20 labels, against random, the Dice is "
    "0.005 higher for BALD."
  )


def test_two_seeds_fit_on_the_console():
  lines = console_lines(said(first(RANDOM, 2), first(FAST, 2), first(LIKE, 2)))
  assert len(lines) <= 3 and not lines[-1].endswith(" ...")


def test_three_seeds_may_say_nothing_at_all():
  base = arm("random", [(0.5, x) for x in (0.6, 0.7, 0.8)], (4, 8))
  wild = arm("bald", [(0.5, x) for x in (0.99, 0.1, 0.9)], (4, 8))
  # 4.3 * 0.52 / sqrt(3) is more than any Dice.
  text, _ = said(base, wild)
  assert text == (
    f"BALD {NOTHING}; no difference in Dice could be seen (3 paired seeds)."
  )


def test_a_baseline_is_not_the_best_method():
  other = around("foreground_random", (0.50, 0.60, 0.70, 0.75, 0.81), turn=1)
  texts = said(RANDOM, other, LIKE)
  assert "The best, BALD, is between" in texts[1]
  assert texts[2].startswith("No significant difference either: foreground ra")
  assert said(RANDOM, other)[0].startswith("foreground random is not shown")


def test_the_same_scores_are_said_to_be_so():
  (text,) = said(RANDOM, arm("bald", RANDOM.scores))
  assert text == (f"BALD {NOTHING}; its Dice is the same (5 paired seeds).")
  (text,) = said(RANDOM, arm("bald", RANDOM.scores + 0.125))
  assert text.startswith("Not known, for want of seeds, of scores or of a spr")


@pytest.mark.parametrize("metric", ["auc", "balanced_accuracy"])
def test_a_classification(metric):
  _, text, share = said(RANDOM, FAST, metric=metric, whole=WHOLE)
  name = {"auc": "AUC", "balanced_accuracy": "balanced accuracy"}[metric]
  assert text == f"That is {name} 0.800; on mean curves, entropy at 12."
  assert share == (
    f"With 20 of 300 labels random reaches {name} 0.800; the model of all "
    "labels has 0.900."
  )


def test_a_share_of_all_labels():
  share = said(RANDOM, FAST, whole=WHOLE)[-1]
  assert share == (
    "With 20 of 300 labels random reaches Dice 0.800, 89% of the model of all "
    "labels (0.900)."
  )
  assert "With 20 labels" in said(RANDOM, whole=WHOLE._replace(labels=None))[-1]


def test_random_alone_and_all_labels_alone():
  (text,) = said(RANDOM)
  assert text == (
    "Only random selection was run, so it is compared with nothing: with 20 "
    "labels Dice 0.800 (95% interval 0.780 to 0.819, 5 seeds)."
  )
  (text,) = said(whole=WHOLE)
  assert text == (
    "Only a model with all 300 labels was trained: Dice 0.900 (95% interval "
    "0.875 to 0.925, 3 seeds)."
  )
  assert said() == ("No round has finished yet.",)


def test_without_random_nothing_was_saved():
  (text,) = said(FAST, LIKE)
  assert text == (
    "Random selection was not run, so nothing says how many labels were saved: "
    "with 20 labels entropy has Dice 0.900 (95% interval 0.879 to 0.918, 5 "
    "seeds), BALD 0.800 (95% interval 0.780 to 0.819, 5 seeds)."
  )


def test_a_round_without_a_score_is_no_wall():
  holes = FAST.scores.copy()
  holes[0, 1] = np.nan
  assert said(RANDOM, arm("entropy", holes))[0].startswith("entropy reaches")


def test_what_is_not_finished_is_not_compared():
  early = arm("margin", FAST.scores[:, :3], (4, 8, 12))
  assert said(RANDOM, FAST, early)[-1] == (
    "Not compared: margin ends at 12 labels, random at 20."
  )
  assert said(RANDOM, early)[0].startswith("Not compared")


def test_without_a_common_seed_there_is_nothing_to_compare():
  one = arm("margin", FAST.scores[:1])
  other = one._replace(runs=(one.runs[0]._replace(seed=9),))
  assert said(RANDOM, FAST, other)[-1] == (
    "Not compared, for want of a seed that random has finished too: margin."
  )


def test_a_hundred_thousand_labels_are_whole_numbers():
  many = 30_000 * np.arange(1, 6)
  told = said(RANDOM._replace(labels=many), FAST._replace(labels=many))
  assert "with 150,000 labels" in told[0]


def test_an_interval_around_nothing_is_never_a_win():
  random = np.random.default_rng(0)
  for _ in range(40):
    arms = [RANDOM] + [
      arm(f"m{i}", RANDOM.scores + random.normal(0.01, 0.02, (5, 5)))
      for i in range(3)
    ]
    found = make_answer(arms, "dice")
    text = " ".join(found.sentences)
    for one_of in found.findings:
      around_0 = one_of.gap.low < 0 < one_of.gap.high
      ahead = (
        f"{one_of.name} reaches",
        f"{one_of.name} ends",
        f"{one_of.name} w",
      )
      assert not (around_0 and any(start in text for start in ahead))


def test_the_console_has_three_lines_of_80():
  texts = said(RANDOM, SLOW, LIKE, FAST, whole=WHOLE)
  lines = console_lines(texts)
  assert len(lines) <= 3 and max(map(len, lines)) <= 80
  joined = " ".join(lines)
  assert joined.startswith(texts[0]) and texts[1] in joined
  assert texts[2] not in joined and joined.endswith("entropy at 12.")


def test_what_fits_is_taken_though_another_did_not():
  texts = ["a" * 60, "b " * 100, "c" * 60]
  assert console_lines(texts) == ["a" * 60, "c" * 60]
  long = console_lines(["word " * 100])
  assert len(long) == 3 and long[-1].endswith(" ...")
  assert console_lines([]) == []


def test_a_first_sentence_is_cut_between_its_clauses_if_at_all():
  first = "a ends 0.041 higher (95% interval 0.013 to 0.068); no more is known."
  second = "b ends 0.038 higher (0.011 to 0.065)."
  assert console_lines([f"{first} {second}"], 40) == [
    "a ends 0.041 higher (95% interval 0.013",
    "to 0.068); no more is known. b ends",
    "0.038 higher (0.011 to 0.065).",
  ]
  assert len(console_lines([f"{first} {second}"], 30)) == 4  # and whole
  assert console_lines([f"{first} {second} {second}"], 30) == [
    "a ends 0.041 higher (95%",
    "interval 0.013 to 0.068); no",
    "more is known. ...",
  ]
  assert console_lines([f"{first} {second} {second}"], 20)[-1].endswith(" ...")


def test_no_method_has_no_words():
  about = phrases.About("Dice", 0, 0)
  for make in (phrases.more, phrases.apart):
    assert make([], about) == ""
  for make in (phrases.not_told, phrases.others, phrases.unknown):
    assert make([]) == ""
