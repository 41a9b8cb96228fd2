"""Flags of engines that make no sense are one line each."""

import importlib.util

from tests import command_line as commands
from tests import engine_studies as studies


def test_flags_that_go_with_others(tmp_path):
  data = studies.save(tmp_path)
  new = f"--workdir={tmp_path / 'w'}", f"--data={data}", *studies.SMALL
  cases = {
    (*new, "--workers=2"): "--workers goes with --engine",
    (*new, "--row_seconds=5"): "--row_seconds goes with --engine",
    (*new, "--retries=0"): "--retries goes with --engine",
    (*new, "--engine=local", "--row=0"): "--engine goes without --row",
    (*new, "--engine=local", "--list"): "--engine goes without --row, --list",
    (*new, "--engine=local", "--cluster=a"): "--cluster goes with another",
    (
      *new,
      "--engine=local",
      "--slurm=a=b",
    ): "--slurm goes with --engine=submit",
    (*new, "--engine=submitit", "--slurm=a"): "wanted name=value, found 'a'",
    (*new, "--engine=local", "--cpus=999"): "cpus: wanted at most ",
    (*new, "--engine=local", "--memory=1e9"): "memory: wanted at most ",
  }
  if importlib.util.find_spec("submitit"):
    jobs = *new, "--engine=submitit"
    cases |= {
      (*jobs, "--cluster=a"): "wanted one of slurm, local, debug",
      (*jobs, "--cluster=local", "--slurm=a=b"): "--slurm goes with SLURM",
      (*jobs, "--cluster=local", "--gpus=1"): "--gpus: wanted --engine=local",
      (*jobs, "--cluster=debug", "--workers=2"): "one row after the other",
      (*jobs, "--cluster=slurm"): "wants --row_seconds, or --slurm=time",
      (*jobs, "--cluster=slurm", "--row_seconds=60", "--slurm=tim=3"): (
        "found 'tim'"
      ),
    }
  if importlib.util.find_spec("distributed"):
    cases[(*new, "--engine=dask", "--gpus=1")] = "--gpus: wanted --engine=local"
  lines = commands.errors_of("experiments.study", *cases)
  for line, wanted in zip(lines, cases.values(), strict=True):
    assert wanted in line
  assert not (tmp_path / "w").exists()
