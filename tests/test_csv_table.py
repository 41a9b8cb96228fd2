import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alx import csv_table


def test_a_table_is_what_the_csv_module_writes():
  rows = [{"id": 'a,"b"', "n": 1}, {"id": "two\nlines"}, {"n": 0.5}]
  text = io.StringIO()
  writer = csv.DictWriter(text, ["id", "n"], restval="", lineterminator="\n")
  writer.writeheader()
  writer.writerows(rows)
  assert csv_table.to_text(["id", "n"], rows) == text.getvalue()
  assert csv_table.to_text(["n"], [{"n": 1}], with_head=False) == "1\n"


def test_a_cell_of_no_column_is_refused():
  with pytest.raises(ValueError, match=r"no column for \['b'\]"):
    csv_table.to_text(["a"], [{"a": 1, "b": 2}])


TORN = {
  "a,b\n1,2\n3": [("1", "2")],
  "a,b\n1,2\n3,4": [("1", "2")],  # 4 may have been 45
  "a,b\n1,2\n\0\0\0\0": [("1", "2")],
  "a,b\n1,\0\n3,4\n": [("3", "4")],
  "a,b\n1\n1,2,3\n3,4\n": [("3", "4")],
  "a,b": [],
  "": [],
  "\0\0\n": [],
  'a,b\n1,2\n3,"two\n': [("1", "2")],  # lines of one cell
  'a,b\n1,2\n3,"two""\n': [("1", "2")],
  'a,b\n1,2\n3,5" long\n': [("1", "2"), ("3", '5" long')],
  '"a\n': [],
}


@pytest.mark.parametrize("text", TORN)
def test_torn_rows_are_none(text):
  found = [(row["a"], row["b"]) for row in csv_table.of_text(text)]
  assert found == TORN[text]


texts = st.text(st.sampled_from("'=+-@\t\r\n,\"; a1.ä\u2028＝"), max_size=6)


@given(st.lists(st.tuples(texts, texts), max_size=4))
def test_every_text_comes_back(cells):
  rows = [{"a": a, "b": b} for a, b in cells]
  assert csv_table.of_text(csv_table.to_text(["a", "b"], rows)) == rows


def test_a_table_that_is_cut_anywhere_has_its_first_rows():
  rows = [{"a": "1", "b": 'two\n"lines"'}, {"a": ",\n", "b": "é\r\n"}]
  whole = csv_table.encode(csv_table.to_text(["a", "b"], [*rows, *rows]))
  lengths = []
  for end in range(len(whole) + 1):
    text = whole[:end].decode("utf-8", "surrogateescape")
    found = csv_table.of_text(text)
    assert found == [*rows, *rows][: len(found)]
    lengths.append(len(found))
  assert lengths == sorted(lengths) and lengths[-2:] == [3, 4]


@given(st.lists(texts, max_size=4))
def test_every_text_of_one_column_comes_back(cells):
  rows = [{"a": cell} for cell in cells]
  assert csv_table.of_text(csv_table.to_text(["a"], rows)) == rows


def test_an_empty_cell_alone_is_a_row_as_the_csv_module_writes_it():
  assert csv_table.to_text(["a"], [{"a": ""}, {}]) == 'a\n""\n""\n'


def test_names_in_no_encoding_keep_their_bytes(tmp_path):
  name = b"caf\xe9".decode("utf-8", "surrogateescape")
  path = tmp_path / "t.csv"
  path.write_bytes(csv_table.encode(csv_table.to_text(["id"], [{"id": name}])))
  assert path.read_bytes() == b"id\ncaf\xe9\n"
  assert csv_table.read(path) == [{"id": name}]
