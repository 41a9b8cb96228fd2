"""Packages that look their names up when they are used."""

import json
import sys
import types

import pytest

from alx.lazy import lazily


@pytest.fixture
def package(monkeypatch):
  """It has json.dumps, and a module of its own, made.part."""
  made, part = types.ModuleType("made"), types.ModuleType("made.part")
  homes = {"dumps": "json", "part": "made.part"}
  made.__getattr__, made.__dir__ = lazily("made", homes)
  monkeypatch.setitem(sys.modules, "made", made)
  monkeypatch.setitem(sys.modules, "made.part", part)
  return made


def test_a_name_is_that_of_its_home_and_stays(package):
  assert "dumps" not in vars(package)
  assert package.dumps is json.dumps
  assert vars(package)["dumps"] is json.dumps


def test_a_home_inside_of_the_package_is_the_name(package):
  assert package.part is sys.modules["made.part"]


def test_unknown_names_are_told(package):
  with pytest.raises(AttributeError, match="'made' has no attribute 'dump'"):
    _ = package.dump


def test_names_are_listed_before_they_are_used(package):
  assert {"dumps", "part"} <= set(dir(package))
