"""A table of the user's: what the label of each unit costs."""

import types

import numpy as np
import pytest

from alx import data
from alx.data import DataError
from alx.label_maps import UNLABELLED
from alx.runs.settings.config import Config
from alx.runs.units import pool as units
from alx.runs.units import priced

LABELS = np.array([[0, 0, 1, 1], [0, 0, 2, 1]], np.uint8)
UNITS = "a:box:0,0+2,2", "a:box:0,2+2,2", "b:box:0,0+2,2", "b:box:0,2+2,2"


def made(file, text, labels=LABELS):
  """Two pictures in the pool, of two boxes each; `c` is held out."""
  file.write_text(text)
  dataset = data.Dataset(
    name="small",
    task="segmentation",
    ids=("a", "b", "c"),
    images=(np.zeros((2, 4, 1), np.float32),) * 3,
    labels=(labels, LABELS, LABELS),
    class_names=("background", "liver", "tumour"),
    spacing_mm=(None,) * 3,
    groups=None,
    split=None,
    left_out=("/d/broken.png: wanted a picture, found nothing",),
  )
  budget = {"budget": "cost:9", "costs": str(file)}
  config = Config(data="d", unit="boxes:2", **budget)
  return units.make(config, dataset, [0, 1], (2, 4))


def rows(*costs):
  return "unit,cost\n" + "".join(f'"{u}",{c}\n' for u, c in costs)


@pytest.fixture
def file(tmp_path):
  return tmp_path / "costs.csv"


def test_each_unit_costs_what_its_row_says(file):
  pool = made(file, rows(*zip(UNITS, (1, 2.5, 0, 4), strict=True)))
  assert pool.known_costs("cost").tolist() == [1, 2.5, 0, 4]
  assert pool.set.units.cost.tolist() == [1, 2.5, 0, 4]
  assert priced.lines(types.SimpleNamespace(units=pool)) == []


def test_units_share_what_their_item_costs(file):
  pool = made(file, rows(("a", 6), (UNITS[0], 5), ("b", 8)))
  assert pool.known_costs("cost").tolist() == [5, 3, 4, 4]
  (line,) = priced.lines(types.SimpleNamespace(units=pool))
  assert line.startswith("costs.csv: 3 of 4 units cost their share, by voxels")


def test_tables_as_others_write_them(file):
  text = "﻿id;reader;COST\r\na;x;6\r\n\r\nb;y;8"
  assert made(file, text).known_costs("cost").tolist() == [3, 3, 4, 4]


def test_items_that_are_not_in_the_pool_may_be_there(file):
  others = ("c", 1), ("c:box:0,0+2,2", 1), ("broken", 2)
  pool = made(file, rows(("a", 2), ("b", 2), *others))
  assert pool.known_costs("cost").tolist() == [1, 1, 1, 1]


def test_units_that_nobody_can_answer_take_their_costs_along(file):
  partly = np.where(LABELS > 0, np.uint8(UNLABELLED), LABELS)
  pool = made(file, rows(*zip(UNITS, (1, 2, 3, 4), strict=True)), partly)
  assert pool.known_costs("cost").tolist() == [1, 3, 4]
  assert pool.item.tolist() == [0, 1, 1]
  others = [(UNITS[place], place + 1) for place in (0, 2, 3)]
  pool = made(file, rows(*others), partly)  # nothing of the second is wanted
  assert pool.known_costs("cost").tolist() == [1, 3, 4]


@pytest.mark.parametrize(
  ("text", "match"),
  [
    (rows(("a", 1)), "none of b:box:0,0[+]2,2, 2 of 4 lack one"),
    (rows(("a", 1), ("b", 1), ("d", 1)), "found d, which is none of them"),
    (rows(("a", 1), ("a:box:0,1+2,2", 1)), "a:box:0,1[+]2,2, which is none"),
    (rows(("a", 1), ("b", "two")), "line 3: wanted a cost, a number from 0"),
    (rows(("a", 1), ("b", -1)), "line 3: wanted a cost.* found '-1'"),
    (rows(("a", 1), ("b", "inf")), "line 3: wanted a cost.* found 'inf'"),
    (rows(("a", 1), ("b", "")), "line 3: wanted a cost.* found ''"),
    (rows(("a", 1), ("a", 2)), "line 3: wanted each unit once, found a again"),
    (rows(("a", 0), ("b", 0)), "wanted a cost above 0, found 0 for all 4"),
    ("unit,cost\na\n", "line 2: wanted a unit and its cost, found a"),
    (
      "unit,cost\na:box:0,0+2,2,3\n",
      "line 2: wanted 2 cells, those with commas in quotes, found 4",
    ),
    ("unit,price\na,1\n", "the columns unit and cost, found unit, price"),
    ("unit,cost,Cost,cost\na,1\n", "wanted one column cost"),
    ("", "the columns unit and cost, found no header"),
  ],
)
def test_other_tables_are_refused(file, text, match):
  with pytest.raises(DataError, match=match) as error:
    made(file, text)
  assert str(error.value).startswith(str(file))


def test_no_table_is_refused(tmp_path):
  with pytest.raises(DataError, match=r"costs[.]csv: wanted a CSV file"):
    priced.read(tmp_path / "costs.csv", None)
