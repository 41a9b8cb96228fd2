"""Commands whose libraries are imported once, forked for every case."""

import pytest

from tests.forks import Forks


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
  """The process that all commands of these tests are forks of."""
  server = Forks(tmp_path_factory.mktemp("forks"))
  yield server
  server.close()
