"""Strictness for the whole suite, set before a backend exists."""

import os
import pathlib

from tests import environment  # noqa: F401, what jax reads when imported

# isort: split
import jax
import pytest

from alx.acquisition import BY_NAME

jax.config.update("jax_numpy_rank_promotion", "raise")

_SHARED = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
  """One process for a file, or for a way to select: compile once."""
  items.sort(key=lambda item: str(item.path) + _group(item))
  for item in items:
    item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item):
  name = getattr(item, "callspec", None) and item.callspec.params.get("name")
  if item.path.name != "test_contracts.py" or name not in BY_NAME:
    return item.path.stem
  select = BY_NAME[name].select
  return f"{item.path.stem}-{getattr(select, '__qualname__', name)}"


_TESTS_OF_ONE_CACHE = 150
_tests = [0]


def pytest_runtest_teardown(item, nextitem):
  """Frees what was compiled: a process may hold some ten thousand mappings."""
  _tests[0] += 1
  changes = nextitem is None or _group(item) != _group(nextitem)
  if changes and _tests[0] > _TESTS_OF_ONE_CACHE:
    jax.clear_caches()
    _tests[0] = 0


@pytest.fixture
def shared_data():
  """The folder of real public data, or a skip that says what is missing."""
  root = pathlib.Path(os.environ.get("ALX_DATA", _SHARED))
  if not root.is_dir():
    pytest.skip("no real data: set ALX_DATA to a folder that holds it")
  return root


@pytest.fixture(params=[lambda f: f, jax.jit], ids=["plain", "jit"])
def through(request):
  """Runs a function plain and compiled."""
  return request.param
