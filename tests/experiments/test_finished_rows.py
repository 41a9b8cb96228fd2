"""Files of finished rows: none, whole, of another row, and empty."""

import pytest

from alx.runs.disk import store
from experiments import finished
from experiments.nocode.plan import ACTIVE, NONE, Row

ROW = Row("d", "oracle", NONE, ACTIVE, 0)


def read(workdir, **how):
  return finished.read(workdir, ROW, "ids", "do it again", **how)


def write(workdir, content):
  store.write_json(finished.path_of(workdir, ROW), content)


def test_a_row_comes_back(tmp_path):
  assert read(tmp_path) is None
  whole = ROW._asdict() | {"ids": ["a"]}
  write(tmp_path, whole)
  assert read(tmp_path) == whole


@pytest.mark.parametrize(
  "content",
  [{}, ROW._asdict(), ROW._replace(seed=1)._asdict() | {"ids": ["a"]}],
)
def test_another_row_is_refused(tmp_path, content):
  write(tmp_path, content)
  with pytest.raises(ValueError, match=f"{ROW.name}.*do it again"):
    read(tmp_path)


def test_an_empty_row_may_be_one(tmp_path):
  write(tmp_path, {})
  assert read(tmp_path, or_empty=True) == {}
