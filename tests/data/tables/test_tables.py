import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.data.dataset import DataError
from alx.data.tables import tables


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_table_in_many_files(tmp_path, separator, encoding):
  lines = ["name,class", 'a ,"x"', "", "b,ü"]
  text = "\r\n".join(lines).replace(",", separator)
  (tmp_path / "a.csv").write_bytes(text.encode(encoding))
  found = tables.read_table(tmp_path / "a.csv")
  assert found.header == ("name", "class")
  assert found.rows == ((2, ("a", "x")), (4, ("b", "ü")))
  assert tables.read_header(tmp_path / "a.csv") == found.header


def test_the_separator_may_be_told(tmp_path):
  (tmp_path / "a.csv").write_text("sep=;\na,1;b\n2;3\n")
  found = tables.read_table(tmp_path / "a.csv")
  assert found.header == ("a,1", "b") and found.rows == ((3, ("2", "3")),)


def test_quoted_separators_and_line_breaks(tmp_path):
  (tmp_path / "a.csv").write_text('"a;b;c",d\n"x\ny",z\n')
  found = tables.read_table(tmp_path / "a.csv")
  assert found.header == ("a;b;c", "d") and found.rows[0][1] == ("x\ny", "z")


def test_blanks_around_quotes_are_no_mistake(tmp_path):
  """Those within a cell stay."""
  (tmp_path / "a.csv").write_text('"n" ,"c" \na, "x" \n "a,b"  ,"y"\n')
  found = tables.read_table(tmp_path / "a.csv")
  assert found.header == tables.read_header(tmp_path / "a.csv") == ("n", "c")
  assert [cells for _, cells in found.rows] == [("a", "x"), ("a,b", "y")]
  (tmp_path / "b.csv").write_text('n,c\na,"""x"" , y"\n')
  assert tables.read_table(tmp_path / "b.csv").rows == ((2, ("a", '"x" , y')),)


@pytest.mark.parametrize(
  ("text", "line"),
  [
    ('n,c\na,"5 mm\nb,ok\n', 2),
    ('n,c\na,ok\n\nb,"5 mm\nc,"ok"\n', 4),  # another cell's quote closes it
    ('sep=,\nn,c\na,"x" y\n', 3),
  ],
)
def test_a_quote_that_is_not_closed_swallows_no_rows(tmp_path, text, line):
  (tmp_path / "a.csv").write_text(text)
  wanted = rf"a\.csv, line {line}: wanted cells whose quotes are closed"
  with pytest.raises(DataError, match=wanted):
    tables.read_table(tmp_path / "a.csv")


@pytest.mark.parametrize("content", [b"\xe9\n", b"\xff\xfea"])
def test_other_encodings_are_refused(tmp_path, content):
  (tmp_path / "a.csv").write_bytes(content)
  with pytest.raises(DataError, match=r"a\.csv: wanted a CSV file in UTF-8"):
    tables.read_table(tmp_path / "a.csv")
  assert tables.read_header(tmp_path / "a.csv") == ()
  assert tables.readable([tmp_path / "a.csv"]) == []


def test_where_tables_are_looked_for(tmp_path):
  for name in ("a.csv", "b.TXT", "._c.csv", "d.png", "in/e.tsv", "in/f.txt"):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
  at_top, below = tables.tables_near(tmp_path)
  assert [p.name for p in at_top] == ["a.csv", "b.TXT"]
  assert [p.name for p in below] == ["e.tsv"]
  assert [p.name for p in tables.tables_above(tmp_path / "in")] == ["a.csv"]


def test_columns_in_any_case():
  assert tables.place_of(("A", "a", "B"), "a") == 1
  assert tables.place_of(("A", "B"), "b") == 1
  assert tables.place_of(("A", "B"), "c") is None


@pytest.mark.parametrize(
  ("cell", "stem"),
  [
    ("a", "a"),
    ("a.png", "a"),
    ("x/y/a.JPG", "a"),
    (r"C:\x\a.png", "a"),
    ("a.1", "a.1"),
    ("", ""),
  ],
)
def test_the_picture_in_a_cell(cell, stem):
  assert tables.stem_of(cell) == stem


@pytest.mark.parametrize(
  ("rows", "stems", "column"),
  [
    ((("p1", "x"),), ("p1", "p2", "p3"), "a"),
    ((("y", "d/p1.png"),), ("p1", "p2", "p3"), "b"),
    ((("q1", "x"),), ("p1",), None),
    ((("1", "2"), ("7", "8")), ("1", "2", "3", "4", "5"), None),
    ((("1", "0"), ("2", "0"), ("3", "1")), ("1", "2", "3", "4"), "a"),
  ],
)
def test_which_column_names_the_pictures(tmp_path, rows, stems, column):
  table = tables.Table(tmp_path, ("a", "b"), tuple(enumerate(rows, 2)))
  files = [tmp_path / f"{stem}.png" for stem in stems]
  assert tables.naming_column(table, files) == column


def test_texts_of_spreadsheets(tmp_path):
  files = [tmp_path / "p&1.png", tmp_path / "p200.png"]
  with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
    text = '<si><t xml:space="preserve"> p&amp;1 </t></si>'
    archive.writestr("xl/sharedStrings.xml", text)
  assert tables.sheet_names(tmp_path / "a.xlsx", files) == "p&1"
  (tmp_path / "b.xls").write_bytes(b"\0\1" + "p200".encode("utf-16-le"))
  assert tables.sheet_names(tmp_path / "b.xls", files) == "p200"
  (tmp_path / "c.xlsx").write_bytes(b"PK\3\4")
  assert tables.sheet_names(tmp_path / "c.xlsx", files) is None
  found = [p.name for p in tables.sheets_near(tmp_path)]
  assert found == ["a.xlsx", "b.xls", "c.xlsx"]


_CELL = st.text(
  st.characters(blacklist_categories=["Cs", "Cc"]), max_size=6
).map(str.strip)


@settings(max_examples=50, deadline=None)
@given(
  st.lists(st.tuples(_CELL, _CELL), max_size=5),
  st.sampled_from([",", ";", "\t"]),
  st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_cells_come_back(tmp_path_factory, rows, separator, encoding):
  lines = ["name" + separator + "class"]
  quoted = [[c.replace('"', '""') for c in row] for row in rows]
  lines += [separator.join(f'"{c}"' for c in row) for row in quoted]
  path = tmp_path_factory.mktemp("tables") / "a.csv"
  path.write_bytes("\n".join(lines).encode(encoding))
  found = tables.read_table(path)
  assert [cells for _, cells in found.rows] == [r for r in rows if any(r)]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60))
def test_bytes_are_a_table_or_one_line(tmp_path_factory, content):
  path = tmp_path_factory.mktemp("tables") / "a.csv"
  path.write_bytes(content)
  try:
    found = tables.read_table(path)
  except DataError as error:
    told = re.escape(str(path)) + r"(, line \d+)?: wanted [^\n]+"
    assert re.fullmatch(told, str(error))
  else:
    assert all(any(cells) for _, cells in found.rows)
