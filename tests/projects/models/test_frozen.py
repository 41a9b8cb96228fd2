import random

import pytest

from alx.projects.models import frozen
from alx.projects.models.frozen import Frozen, freeze

# Ten patients of two scans each; the last four are of the stratum b.
CASES = [f"p{i}_{side}" for i in range(10) for side in ("left", "right")]
PATIENTS = [case.split("_")[0] for case in CASES]
STRATA = [
  "b" if patient in ("p6", "p7", "p8", "p9") else "a" for patient in PATIENTS
]


def people(cases):
  return {case.split("_")[0] for case in cases}


def test_patients_stay_whole_and_strata_have_their_shares():
  found = freeze(0, CASES, PATIENTS, STRATA, val=0.3, test=2)
  parts = [people(part) for part in found[:3]]
  assert [len(part) for part in parts] == [5, 3, 2]
  assert sum(len(part) for part in found[:3]) == 20
  assert len(set.union(*parts)) == 10
  # Of 2 patients 1.2 and 0.8 are of a and b.
  assert len(parts[2] & {"p6", "p7", "p8", "p9"}) == 1
  assert len(parts[1] & {"p6", "p7", "p8", "p9"}) == 1


def test_the_order_of_cases_does_not_matter_but_the_seed_does():
  rows = list(zip(CASES, PATIENTS, STRATA, strict=True))
  random.Random(0).shuffle(rows)
  found = freeze(5, *zip(*rows, strict=True))
  assert found == freeze(5, CASES, PATIENTS, STRATA)
  others = {freeze(seed, CASES, PATIENTS, STRATA).test for seed in range(20)}
  assert len(others) > 5


def test_unknown_patients_are_each_their_own():
  found = freeze(0, ["a", "b", "c", "d"], ["", None, "nan", "?"], val=1, test=1)
  assert [len(part) for part in found[:3]] == [2, 1, 1]


def test_a_patient_of_two_strata_is_of_both():
  found = freeze(
    0, ["a", "b", "c"], ["p", "p", "q"], ["x", "y", "x"], val=1, test=0
  )
  assert any("x+y" in note for note in found.notes)


def test_a_stratum_that_a_part_lacks_is_told():
  strata = ["rare"] + ["common"] * 9
  cases = [f"c{i}" for i in range(10)]
  found = freeze(0, cases, strata=strata, val=2, test=2)
  assert "no patient of the stratum rare in the val part" in found.notes


@pytest.mark.parametrize(
  ("settings", "line"),
  [
    ({"val": 5, "test": 5}, "wanted val . test below the 10 patients, found 5"),
    ({"val": 11}, "below the 10 patients"),
    ({"val": 1.5}, "val: wanted a share"),
  ],
)
def test_what_leaves_nothing_to_ask_for_is_refused(settings, line):
  with pytest.raises(ValueError, match=line):
    freeze(0, CASES, PATIENTS, **settings)


def test_lists_of_other_lengths_and_cases_twice_are_refused():
  with pytest.raises(ValueError, match="wanted 2 patients, found 1"):
    freeze(0, ["a", "b"], ["p"])
  with pytest.raises(ValueError, match="wanted 2 strata, found 3"):
    freeze(0, ["a", "b"], strata=["x"] * 3)
  with pytest.raises(ValueError, match="found 'a' twice"):
    freeze(0, ["a", "b", "a"])
  with pytest.raises(ValueError, match="at least one, found none"):
    freeze(0, [])


def test_a_given_split_is_kept_if_it_keeps_patients_together():
  found = frozen.keep_given(["b", "a", "c"], ["pool", "val", "test"])
  assert found == Frozen(("b",), ("a",), ("c",))
  with pytest.raises(ValueError, match=r"a1: .* found them in pool and val"):
    frozen.keep_given(["a1", "a2"], ["pool", "val"], ["a", "a"])
  with pytest.raises(ValueError, match="wanted pool, val, test, found 'train'"):
    frozen.keep_given(["a"], ["train"])
  with pytest.raises(ValueError, match="to ask for"):
    frozen.keep_given(["a"], ["val"])


def test_later_cases_go_with_their_patient_or_to_the_pool():
  first = Frozen(("a1",), ("b1",), ("c1",))
  patients = {"a1": "a", "b1": "b", "c1": "c", "b2": "b", "d1": "d", "e1": None}
  found = frozen.add_cases(first, patients, ["d1", "b2", "e1"])
  assert found == Frozen(("a1", "d1", "e1"), ("b1", "b2"), ("c1",))
  with pytest.raises(ValueError, match="found one that is there"):
    frozen.add_cases(first, patients, ["a1"])
  with pytest.raises(ValueError, match="found none in patients"):
    frozen.add_cases(first, patients, ["x"])


def test_a_training_case_of_a_frozen_patient_is_refused():
  parts = Frozen(("a1", "a2"), ("b1",), ("c1",))
  patients = {"a1": "a", "a2": "a", "b1": "b", "c1": "c", "new": "c"}
  frozen.refuse_leak(parts, ["a1", "a2"], patients)
  with pytest.raises(ValueError, match=r"new: .* of the test part"):
    frozen.refuse_leak(parts, ["a1", "new"], patients)
  with pytest.raises(ValueError, match=r"b1: .* of the val part"):
    frozen.refuse_leak(parts, ["b1"])


def test_the_digest_is_of_the_frozen_cases_alone():
  one = frozen.digest(Frozen(("a",), ("b",), ("c",)))
  assert one == frozen.digest(Frozen(("a", "d"), ("b",), ("c",), ("note",)))
  assert one != frozen.digest(Frozen(("a",), ("c",), ("b",)))
