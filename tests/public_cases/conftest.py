"""Commands whose libraries are imported once, forked for every case."""

import pytest

from tests.forks import shared


@pytest.fixture(scope="session")
def forks():
  """The process that all commands of these tests are forks of."""
  return shared()
