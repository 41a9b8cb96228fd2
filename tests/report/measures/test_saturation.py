"""When a score is said to tell methods hardly apart."""

from alx.report.measures.saturation import Rise, rises, warning
from tests.answer_curves import arm

RISES = Rise("balanced_accuracy", 0.6, 0.8, 0.0)


def told(metric, *curves):
  """The warning of a study where balanced accuracy rises."""
  arms = [arm(f"m{n}", [curve]) for n, curve in enumerate(curves)]
  arms = [one._replace(metric=metric) for one in arms]
  return warning(metric, [*rises([(metric, arms)]), RISES])


def test_what_is_near_its_most_from_the_start_is_saturated():
  text = told("auc", [0.98, 0.985, 0.986, 0.986, 0.986])
  assert text == (
    "AUC is saturated: it has 0.985 in the first rounds and 0.986 at best, so "
    "it hardly tells methods apart. balanced accuracy goes from 0.600 to "
    "0.800: look at that (--metric=balanced_accuracy)."
  )


def test_a_method_that_falls_is_told_apart():
  random = [0.950, 0.951, 0.952, 0.953, 0.953]
  falls = [0.950, 0.940, 0.930, 0.910, 0.900]
  assert told("accuracy", random, falls) == ""
  near = [0.950, 0.950, 0.949, 0.947, 0.945]
  assert told("accuracy", random, near).startswith("accuracy is saturated")


def test_one_method_that_is_behind_does_not_hide_that_the_others_are_full():
  good = [0.94, 0.985, 0.996, 0.999]
  behind = [0.94, 0.93, 0.96, 0.97]
  text = told("auc", good, good, behind)
  assert text.startswith("AUC is saturated")
  assert "hardly tells the good methods apart" in text
  assert told("auc", good, behind) == ""  # the median is between them
  late = [0.60, 0.90, 0.98, 0.999]
  assert told("auc", late, late) == ""


def test_balanced_accuracy_is_named_first_where_it_rises():
  arms = [arm("m", [[0.99, 0.99, 0.99]])._replace(metric="auc")]
  kappa = Rise("kappa", 0.1, 0.9, 0.0)
  found = [*rises([("auc", arms)]), kappa, RISES]
  assert "(--metric=balanced_accuracy)" in warning("auc", found)
  flat = RISES._replace(best=0.62)
  assert "(--metric=kappa)" in warning("auc", [*found[:2], flat])


def test_what_stays_at_chance_is_not_saturated():
  text = told("auc", [0.50, 0.501, 0.502, 0.503, 0.503], [0.5] * 5)
  assert text.startswith("AUC does not rise: it has 0.501 in the first rounds")
