"""Strictness for the whole suite, set before a backend exists."""

import gc
import os
import pathlib
import re

from tests import environment  # noqa: F401, what jax reads when imported

# isort: split
import jax
import pytest
from xdist.scheduler import LoadScopeScheduling

from alx.acquisition import BY_NAME
from tests import ir_contexts

jax.config.update("jax_numpy_rank_promotion", "raise")
ir_contexts.install()
# Tracing leaves millions of objects and hardly a circle; to look for circles
# after each 700 of them takes 3% of the time.
gc.set_threshold(100_000, 20, 100)

_SHARED = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"


class ByGroup(LoadScopeScheduling):
  """One process for a group of tests: compile and set up once."""

  def _split_scope(self, nodeid):
    return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
  """Marks of groups do not reach xdist 3.8 from pytest 9.2; this does."""
  return ByGroup(config, log)


def pytest_collection_modifyitems(items):
  """Tests of one group behind each other."""
  items.sort(key=lambda item: home_of(item.nodeid) + group_of(item.nodeid))


# Files that compile the same programs, in one process.
_SHARING = dict.fromkeys(
  ["tests/front/test_query.py", "tests/functional/test_functional.py"],
  "tests/front/test_compiles_once.py",
)


def home_of(nodeid):
  """The file whose programs a test shares."""
  path = nodeid.partition("::")[0]
  return _SHARING.get(path, path)


def group_of(nodeid):
  """A file, or of the contracts the methods that select alike."""
  test = nodeid.partition("::")[2]
  stem = pathlib.Path(home_of(nodeid)).stem
  names = [n for n in re.split(r"[\[\]-]", test) if n in BY_NAME]
  if stem != "test_contracts" or not names:
    return stem
  select = BY_NAME[names[0]].select
  return f"{stem}-{getattr(select, '__qualname__', names[0])}"


_MAPPINGS = 10_000  # of memory that a process may have; Linux allows 65,530


def pytest_runtest_teardown(item, nextitem):
  """Frees what was compiled, some mappings each, before there are too many.

  Not sooner: what is freed and met again is traced and lowered once more.
  """
  if nextitem is None or group_of(item.nodeid) == group_of(nextitem.nodeid):
    return
  if _mappings() > _MAPPINGS:
    jax.clear_caches()


def _mappings():
  """Those of this process; 0 where the system does not tell."""
  try:
    return pathlib.Path("/proc/self/maps").read_bytes().count(b"\n")
  except OSError:
    return 0


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
