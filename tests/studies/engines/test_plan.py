import importlib.util
from concurrent.futures import wait

import pytest

from alx.studies.engines import attempt, on_cores, plan, table
from alx.studies.engines.attempt import ENDED, Task
from alx.studies.engines.plan import Plan

TASK = Task((), "a", 1, "log", "study.json", "", {}, {"A": "1"})


@pytest.fixture
def machine(monkeypatch):
  """One with 6 processors, 2 GPUs and 10 GB."""
  for module in (plan, on_cores):
    monkeypatch.setattr(module, "cores_here", lambda: [2, 3, 4, 5, 6, 7])
    monkeypatch.setattr(module, "gpus_here", lambda: ["5", "7"])
  monkeypatch.setattr(plan, "memory_here", lambda: 10.0)


@pytest.mark.parametrize(
  ("needs", "workers"),
  [
    ({}, 6),
    ({"cpus": 2}, 3),
    ({"cpus": 4}, 1),
    ({"gpus": 1}, 2),
    ({"cpus": 1, "memory": 4.0}, 2),
    ({"workers": 2}, 2),
  ],
)
def test_as_many_rows_as_fit(machine, needs, workers):
  assert plan.workers_here(Plan("local", **needs)) == workers


@pytest.mark.parametrize(
  ("needs", "line"),
  [
    (
      {"cpus": 7},
      "cpus: wanted at most 6 on this machine, found 1 workers x 7",
    ),
    (
      {"workers": 4, "cpus": 2},
      "found 4 workers x 2; fewer --workers or --cpus",
    ),
    ({"workers": 2, "gpus": 2}, "gpus: wanted at most 2 on this machine"),
    ({"memory": 11.0}, "memory: wanted at most 10 on this machine"),
  ],
)
def test_more_than_there_is_is_an_error(machine, needs, line):
  with pytest.raises(ValueError, match=line):
    plan.workers_here(Plan("local", **needs))


def test_each_slot_has_its_own_processors_and_gpus(machine, monkeypatch):
  def run(about):
    task = Task(**about)
    told = task.cores, task.environment["CUDA_VISIBLE_DEVICES"]
    return ENDED, 0, str(told), "here"

  monkeypatch.setattr(attempt, "run", run)
  engine = on_cores.open(Plan("local", cpus=3, gpus=1), None)
  tries = [engine.start(TASK, frozenset()) for _ in range(2)]
  wait(future for future, _ in tries)
  lines = [engine.ended(handle).line for handle in reversed(tries)]
  assert lines == ["((5, 6, 7), '7')", "((2, 3, 4), '5')"]
  again = engine.start(TASK, frozenset())  # in the slot that was free first
  wait([again[0]])
  assert engine.ended(again) == (ENDED, 0, lines[0], "here")
  engine.close()
  assert engine.slots == 2 and TASK.environment == {"A": "1"}


def test_gpus_are_those_that_are_seen(monkeypatch):
  monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, 1")
  assert plan.gpus_here() == ["3", "1"]
  monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
  assert plan.gpus_here() == []


def test_rows_have_the_variables_of_the_command(monkeypatch):
  monkeypatch.delenv("JAX_PLATFORMS", raising=False)
  monkeypatch.setenv("JAX_ENABLE_X64", "1")
  found = plan.environment_of(Plan("local", cpus=3))
  assert found["JAX_ENABLE_X64"] == "1" and found["NPROC"] == "3"
  assert found["JAX_PLATFORMS"] == "cpu" and "HOME" not in found
  assert "JAX_PLATFORMS" not in plan.environment_of(Plan("local", gpus=1))
  monkeypatch.setenv("JAX_PLATFORMS", "tpu")
  assert plan.environment_of(Plan("local"))["JAX_PLATFORMS"] == "tpu"


def test_a_worker_places_a_row_and_the_command_decides_what_it_computes(
  monkeypatch,
):
  placing = (
    *("XLA_PYTHON_CLIENT_MEM_FRACTION", "XLA_CLIENT_MEM_FRACTION"),
    *("JAX_ROCM_VISIBLE_DEVICES", "JAX_COMPILATION_CACHE_DIR", "HOME"),
  )
  deciding = "JAX_PLATFORMS", "JAX_NUM_CPU_DEVICES", "XLA_FLAGS"
  told = dict.fromkeys((*placing, *deciding), "1")
  assert plan.own_of(told) == dict.fromkeys(placing, "1")
  for name in told:
    monkeypatch.setenv(name, "1")
  assert plan.environment_of(Plan("local")).keys() & told == set(deciding)


@pytest.mark.parametrize(
  ("engine", "extra"), [("ray", "ray"), ("dask", "dask"), ("submitit", "slurm")]
)
def test_without_its_package_the_line_names_the_extra(
  monkeypatch, engine, extra
):
  monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
  with pytest.raises(
    ValueError, match=rf"pip install 'alx-imaging\[{extra}\]'"
  ):
    table.opener(Plan(engine))
