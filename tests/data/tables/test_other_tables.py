import pytest

from alx.data.dataset import DataError
from alx.data.tables import others as other_tables
from alx.data.tables.tables import Table


def files(path):
  return [path / "a" / "p1.png", path / "b" / "p2.png"]


def test_a_table_of_other_things_is_one_line(tmp_path):
  (tmp_path / "a.csv").write_text("x,y\n1,2\n")
  assert other_tables.check(tmp_path, files(tmp_path)) == (
    f"{tmp_path}/a.csv: passed over, no table of the pictures",
  )


def test_a_table_below_or_above_is_refused_alone_if_it_names_them(tmp_path):
  path = tmp_path / "images"
  (path / "in").mkdir(parents=True)
  for place in (tmp_path, path / "in"):
    (place / "m.csv").write_text("x,y\n1,2\n")
  assert other_tables.check(path, files(path)) == ()
  (path / "in" / "m.csv").write_text("x,y\n1,p1\n")
  with pytest.raises(DataError, match=r"in/m\.csv: .* found y among x, y"):
    other_tables.check(path, files(path))


def test_a_table_with_some_of_the_columns_is_refused(tmp_path):
  (tmp_path / "a.csv").write_text("Image_Name,target\nq,0\n")
  with pytest.raises(DataError, match="found no patient_id in Image_Name"):
    other_tables.check(tmp_path, files(tmp_path))


@pytest.mark.parametrize(
  ("rows", "columns"),
  [
    ((("p", "1", "0"), ("q", "0", "1.0")), ("b", "c")),
    ((("p", "1", "1"), ("q", "0", "1")), ()),
    ((("p", "1", ""), ("q", "0", "1")), ()),
    ((), ()),
  ],
)
def test_one_column_for_each_class(tmp_path, rows, columns):
  table = Table(tmp_path, ("a", "b", "c"), tuple(enumerate(rows)))
  assert other_tables.one_hot(table) == columns
