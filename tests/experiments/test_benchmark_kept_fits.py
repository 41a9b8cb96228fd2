"""Files of fits that a benchmark goes on with."""

import argparse

import pytest

from experiments.benchmarks import kept_fits
from experiments.benchmarks.recipe_fits import Fitted

FITS = [
  Fitted("light, patch=24,40,24", 8, 0, 1 / 3, 100, 20.0, 2.0),
  Fitted("light", 8, 1, 0.5, 90, 22.5, 2.0),
]


def test_fits_come_back_as_they_were(tmp_path):
  path = str(tmp_path / "fits.csv")
  assert kept_fits.read(path, Fitted, "a") == []
  assert kept_fits.read("", Fitted, "a") == []
  kept_fits.write(path, FITS, "a")
  assert kept_fits.read(path, Fitted, "a") == FITS
  assert [file.name for file in tmp_path.iterdir()] == ["fits.csv"]


def test_fits_of_something_else_are_refused(tmp_path):
  path = tmp_path / "fits.csv"
  kept_fits.write(str(path), FITS, "data=a; seconds=20")
  with pytest.raises(ValueError, match=r"fits of data=b, found some of data=a"):
    kept_fits.read(str(path), Fitted, "data=b")
  path.write_text("recipe,labels\nlight,8\n", encoding="utf-8")
  with pytest.raises(ValueError, match=r"found some of None: name another"):
    kept_fits.read(str(path), Fitted, "data=a")


def test_settings_are_told_in_one_text():
  given = argparse.Namespace(data="x.npz", set=["batch=2"], seeds=3)
  told = kept_fits.settings(given, "data", "set")
  assert told == "data=x.npz; set=['batch=2']"
