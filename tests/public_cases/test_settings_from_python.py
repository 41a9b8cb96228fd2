"""Settings as a program makes them, and arm.json as a person changed it."""

import json
import pathlib

import numpy as np
import pytest

from alx.data import DataError
from alx.runs import Config
from alx.runs.disk import store


@pytest.mark.parametrize(
  ("field", "value", "wanted"),
  [
    ("acquisition", "entropy", "a tuple"),
    ("acquisition", None, "a tuple"),
    ("acquisition", (1,), "str"),
    ("seeds", "3", "int"),
    ("seeds", 1.5, "int"),
    ("steps", True, "int"),
    ("full", 1, "bool"),
    ("dropout", "0.2", "float"),
    ("patch", (8, 8.0), "int"),
    ("data", None, "str"),
  ],
)
def test_a_value_of_another_kind(field, value, wanted):
  with pytest.raises(ValueError, match=rf"{field}: wanted {wanted}, found "):
    Config(**{field: value})


def test_what_means_the_same_is_the_same():
  found = Config(
    data=pathlib.Path("slices.npz"),
    acquisition=["margin"],
    patch=np.array([8, 8]),
    seeds=np.int64(3),
    dropout=0,
    full=np.bool_(False),
  )
  wanted = Config(
    data="slices.npz",
    acquisition=("margin",),
    patch=(8, 8),
    seeds=3,
    dropout=0.0,
    full=False,
  )
  assert found == wanted


@pytest.mark.parametrize(
  ("before", "words"),
  [("entropy*2", "= entropy.2, now it would be 4"), ("4", "= '4', .* be 4;")],
)
def test_another_value_in_a_file_is_an_error_of_input(tmp_path, before, words):
  path = tmp_path / "arm.json"
  path.write_text(json.dumps({"acquisition": before}))
  with pytest.raises(DataError, match=words):
    store.check_same(path, {"acquisition": 4}, set())
