"""Options that no method can have, through every door.

google-research/tabfm#94: every numeric parameter takes 0 and -1.
"""

import numpy as np
import pytest

import alx

FEATURES = np.random.default_rng(0).standard_normal((12, 3))
LOGITS = np.random.default_rng(1).standard_normal((12, 3))


def refusal(method, **options):
  needs = alx.methods()[method].needs
  given = {
    "features": FEATURES if "features" in needs else None,
    "logits": LOGITS if "probs" in needs else None,
  }
  with pytest.raises(ValueError) as error:
    alx.query(method, k=2, **given, **options)
  assert "\n" not in str(error.value)
  return str(error.value)


@pytest.mark.parametrize(
  ("method", "options"),
  [
    ("class_balanced", {"lam": np.nan}),
    ("influence", {"damping": np.nan}),
    ("k_means_pp", {"power": np.nan}),
    ("fisher", {"keep": -5}),
    ("k_means", {"iterations": -3}),
    ("bait", {"rank": 0}),
    ("typiclust", {"max_clusters": -1}),
    ("typiclust", {"num_neighbours": 0}),
    ("optimal_transport", {"swaps": -1}),
    ("cluster_margin", {"factor": -1}),
    ("usl", {"momentum": 5}),
    ("representative", {"num_clusters": 0}),
    ("stochastic_batches", {"num_groups": -2}),
    ("entropy", {"reduce": 3}),
    ("entropy", {"progress": 3}),
    ("k_center", {"progress": 3}),
    ("lsh", {"bits": -1}),
    ("lsh", {"bits": 99}),
    ("facility_location", {"ground": 0}),
    ("prob_cover", {"clusters": 5.5}),
    ("prob_cover", {"purity": 2}),
    ("prob_cover", {"delta": 3}),
    ("k_means", {"iterations": "25"}),
  ],
)
def test_each_is_one_line(method, options):
  (name, value), *_ = options.items()
  told = refusal(method, **options)
  assert told.startswith(f"{name}: wanted ")
  assert told.endswith(f", found {value!r}")


def test_the_options_come_before_the_arrays():
  with pytest.raises(ValueError, match="reduce: wanted mean, "):
    alx.score("entropy", reduce="median", probs=None)


def test_more_clusters_than_items():
  told = refusal("prob_cover", clusters=13)
  assert told == "clusters: wanted no more than there are items, 12, found 13"
  assert alx.query("prob_cover", k=2, features=FEATURES, clusters=12).size == 2


def test_clusters_of_none_are_those_of_the_classes():
  found = [
    alx.query(
      "prob_cover", k=4, features=FEATURES, logits=LOGITS, **options
    ).tolist()
    for options in ({}, {"clusters": None}, {"clusters": 3})
  ]
  assert found[0] == found[1] == found[2]
  told = refusal("prob_cover", clusters=None)
  assert told.startswith("prob_cover wants to know how many classes")


def test_a_class_that_no_label_has():
  known = {"labelled": np.arange(12) < 4, "labels": np.arange(12) % 3}
  told = refusal("mutual_information", target_class=7, **known)
  assert told == (
    "target_class: wanted a class of the labelled items (0, 1, 2), found 7"
  )
  told = refusal("mutual_information", target_class=1)
  assert told == "target_class=1 does nothing without labels="
  alx.query(
    "mutual_information", k=2, features=FEATURES, target_class=1, **known
  )


def test_a_weight_beyond_the_determinants():
  told = refusal("mutual_information", kind="logdetmi", eta=2)
  assert told == "eta: wanted a number > 0, at most 1 for logdetmi, found 2"
