"""Whatever does the rows, they find the same."""

import importlib.util
import os

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
  env = studies.environment(HOME=str(tmp_path / "home"))
  code, said = studies.run(workdir, data, *flags, env=env)
  assert code == 0, said
  assert not (tmp_path / "home" / ".ray").exists()
  assert studies.tables(workdir) == studies.tables(done)
  assert (workdir / "rows.csv").read_bytes() == (done / "rows.csv").read_bytes()
  assert {p.name for p in workdir.iterdir()} == {p.name for p in done.iterdir()}


# What SLURM does, on this machine and at once.
SBATCH = """#!/bin/sh
cp "$1" "$SAID/$$.sbatch"
export SLURM_JOB_ID=$$ SLURM_NTASKS=1 SLURM_JOB_NUM_NODES=1 SLURM_NODEID=0
export SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_JOB_NODELIST=here
setsid sh "$1" > "$SAID/$$.said" 2>&1 < /dev/null &
echo "Submitted batch job $$"
"""
SRUN = """#!/bin/sh
while [ "$1" != "${1#--}" ]; do
  case "$1" in --output|--error) shift;; esac
  shift
done
exec "$@"
"""
SACCT = "#!/bin/sh\necho 'JobID|State|NodeList'\n"


@pytest.fixture
def slurm(tmp_path):
  """(variables of a machine with SLURM, what was submitted)."""
  pytest.importorskip("submitit", reason="it submits the jobs")
  folder, said = tmp_path / "bin", tmp_path / "jobs"
  said.mkdir()
  folder.mkdir()
  scripts = {"sbatch": SBATCH, "srun": SRUN, "sacct": SACCT}
  for name, text in scripts.items():
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
  path = os.pathsep.join([str(folder), os.environ["PATH"]])
  return studies.environment(PATH=path, SAID=str(said)), said


def test_jobs_of_slurm_find_the_same(local, tmp_path, slurm):
  env, jobs = slurm
  data, done, _ = local
  workdir = tmp_path / "w"
  flags = "--engine=submitit", "--row_seconds=600", "--slurm=partition=gpu"
  flags = *flags, "--cpus=1", "--memory=2"
  code, said = studies.run(workdir, data, *flags, env=env)
  assert code == 0, said
  assert studies.tables(workdir) == studies.tables(done)
  text, other = (path.read_text() for path in jobs.glob("*.sbatch"))
  for line in ("cpus-per-task=1", "mem=2GB", "partition=gpu", "time=15"):
    assert f"#SBATCH --{line}\n" in text and f"#SBATCH --{line}\n" in other


def test_a_study_that_is_done_starts_nothing(local):
  data, workdir, _ = local
  code, said = studies.run(workdir, data, "--engine=local")
  assert code == 0 and "rows are finished; " not in said.split("report:")[1]
  assert studies.tries(workdir) == [1, 1]
