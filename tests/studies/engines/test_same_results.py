"""Whatever does the rows, they find the same."""

import importlib.util

import pytest

from tests import engine_studies as studies

pytestmark = pytest.mark.slow
PACKAGES = {"ray": "ray", "dask": "distributed", "submitit": "submitit"}


@pytest.fixture(scope="module")
def local(tmp_path_factory):
  """Data, and a study that was done on two pinned processors."""
  folder = tmp_path_factory.mktemp("local")
  data, workdir = studies.save(folder), folder / "w"
  return data, workdir, studies.run(workdir, data, "--engine=local")


def test_local(local):
  _, workdir, (code, said) = local
  assert code == 0, said
  assert "is finished (2 of 2 rows)" in said
  assert said.splitlines()[-1] == f"report: {workdir / 'index.html'}"
  assert len(studies.tables(workdir)) == 6
  assert studies.tries(workdir) == [1, 1]
  left = {path.name for path in workdir.iterdir()}
  wanted = {"study.json", "rows.csv", "index.html", "logs", studies.GROUP}
  assert left == wanted


@pytest.mark.parametrize(
  ("engine", "cluster"),
  [
    ("ray", None),
    ("dask", None),
    ("submitit", "local"),
    ("submitit", "debug"),
  ],
)
def test_every_engine_finds_the_same(local, tmp_path, engine, cluster):
  if importlib.util.find_spec(PACKAGES[engine]) is None:
    pytest.skip(f"{PACKAGES[engine]} is not installed")
  data, done, _ = local
  workdir = tmp_path / "w"
  flags = [f"--engine={engine}", "--workers=2"]
  flags = flags[:1] if cluster == "debug" else flags
  flags += [f"--cluster={cluster}"] if cluster else []
  code, said = studies.run(workdir, data, *flags)
  assert code == 0, said
  assert studies.tables(workdir) == studies.tables(done)
  assert (workdir / "rows.csv").read_bytes() == (done / "rows.csv").read_bytes()
  assert {p.name for p in workdir.iterdir()} == {p.name for p in done.iterdir()}


def test_a_study_that_is_done_starts_nothing(local):
  data, workdir, _ = local
  code, said = studies.run(workdir, data, "--engine=local")
  assert code == 0 and "2 of 2 rows are finished; " in said
  assert studies.tries(workdir) == [1, 1]
