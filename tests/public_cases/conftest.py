"""Commands that are imported once and forked for every case."""

import functools

import pytest

from tests.forks import Forks


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
  """forks(module, number): a process to be forked, one command at a time."""
  made = []

  @functools.cache
  def start(module, number=0):
    folder = tmp_path_factory.mktemp("forks")
    made.append(Forks(f"experiments.{module}", folder))
    return made[-1]

  yield start
  for server in made:
    server.close()
