"""One label map, read back from the files of four tools."""

import csv
import io
import re

import pytest

from alx.data.dataset import DataError
from alx.projects.exchange import label_map

MAP = label_map.make(("background", "left atrium", "tumour"))


def test_itksnap_reads_it():
  lines = label_map.itksnap(MAP).splitlines()
  rows = [
    re.fullmatch(
      r'\s*(\d+)((?:\s+\d+){3})\s+([\d.]+)\s+(\d)\s+(\d)\s+"(.*)"', x
    )
    for x in lines
    if not x.startswith("#")
  ]
  assert [(int(m[1]), m[6]) for m in rows] == list(enumerate(MAP.names))
  assert [m[3] for m in rows] == ["0", "1", "1"]  # the background is clear
  assert tuple(map(int, rows[1][2].split())) == MAP.colours[1]


def test_slicer_reads_both():
  lines = label_map.slicer_table(MAP).splitlines()
  rows = [x.split() for x in lines if not x.startswith("#")]
  assert [len(row) for row in rows] == [6, 6, 6]
  assert [row[:2] for row in rows] == [
    ["0", "background"],
    ["1", "left_atrium"],
    ["2", "tumour"],
  ]
  table = list(csv.DictReader(io.StringIO(label_map.slicer_csv(MAP))))
  assert [row["Name"] for row in table] == list(MAP.names)
  assert [row["LabelValue"] for row in table] == ["0", "1", "2"]
  assert table[2]["Color_G"] == str(MAP.colours[2][1])


def test_bids():
  rows = [x.split("\t") for x in label_map.bids(MAP).splitlines()]
  assert rows[0] == ["index", "name", "abbreviation", "color"]
  assert rows[2][:2] == ["1", "left atrium"]
  assert re.fullmatch("#[0-9a-f]{6}", rows[2][3])


def test_the_hash_tells_names_and_order():
  other = label_map.make(("background", "tumour", "left atrium"))
  assert other.sha256 != MAP.sha256
  assert label_map.make(MAP.names).sha256 == MAP.sha256


def test_colours_of_many_differ():
  names = ["background", *(f"c{i}" for i in range(40))]
  assert len(set(label_map.make(names).colours)) == 41


@pytest.mark.parametrize(
  "names", [(), ("background",), ("a", "b"), ("background", "x;y"), ("", "a")]
)
def test_names_that_no_tool_would_read(names):
  with pytest.raises(DataError):
    label_map.make(names)
