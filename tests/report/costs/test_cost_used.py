import math

import pytest

from alx.report import arms as numbers
from alx.report.costs import kinds, used
from alx.report.read import read_study
from tests.report.costs.cost_cases import WHOLE, write


def table_of(workdir):
  study = read_study(workdir)
  arms = numbers.make_arms(study)
  return used.table(study, arms, kinds.costs_of(study, arms))


def test_what_each_method_used(tmp_path):
  found = table_of(write(tmp_path))
  assert found.head == [
    *("", "volumes opened", "slices marked", "voxels marked"),
    *("mm of outline drawn", "of all foreground", "labels that are right"),
    "foreground efficiency",
  ]
  # One point each from 0.5 at a share of 0.1 on, towards 0.9: random halves the
  # gap over 0.1, entropy quarters it over 0.3.
  rates = math.log(2) / 0.1, math.log(4) / 0.3
  same = "2\n20% of all", "4\n5% of all", "400\n5% of all"
  assert found.rows == [
    ["random", *same, "200", "20%", "100%", f"{rates[0]:.3g}"],
    ["entropy", *same, "400", "40%", "100%", f"{rates[1]:.3g}"],
  ]


@pytest.mark.parametrize(
  "case",
  [
    {"full": ()},
    {"full": (0.6,)},  # no better than a method
    {"about": {"whole_pool": WHOLE | {"foreground_voxels": None}}},
    {"about": {"whole_pool": None}},
    {"about": {"whole_pool": {"items": "ten", "foreground_voxels": 0}}},
  ],
)
def test_efficiency_is_not_told_where_it_is_not_known(tmp_path, case):
  found = table_of(write(tmp_path, **case))
  assert "foreground efficiency" not in found.head
  foreground = "whole_pool" not in case.get("about", {})
  assert ("of all foreground" in found.head) == foreground


def test_parts_that_are_no_slices_are_counted_too(tmp_path):
  found = table_of(write(tmp_path, unit="boxes:4"))
  assert found.head[1] == "boxes labelled" and found.rows[0][1] == "4"
