"""Nodes of Ray that come and go; what Ray does with tasks is played here."""

import contextlib
import dataclasses

import pytest

pytest.importorskip("ray", reason="ray is not installed")

from alx.studies.engines import on_ray
from alx.studies.engines.attempt import ENDED, Result, Task
from alx.studies.engines.plan import Plan
from alx.studies.engines.table import Gone

TASK = Task((), "a", 1, "log", "study.json", "", {}, {})
NEEDS = {"cpus": 2, "memory": 3.0}


@dataclasses.dataclass
class Options:
  """What is asked of the node of a task."""

  max_retries: int
  num_cpus: int
  num_gpus: int
  memory: int = 0
  label_selector: dict = dataclasses.field(default_factory=dict)

  def remote(self, about):
    """The task, by what is asked for it."""
    return self

  def allows(self, name, has):
    """Whether a node may have it."""
    told = self.label_selector.get("ray.io/node-id", "!in()")
    assert told.startswith("!in(") and told.endswith(")")
    asked = {"CPU": self.num_cpus, "GPU": self.num_gpus, "memory": self.memory}
    return name not in told[4:-1].split(",") and all(
      has.get(kind, 0) >= count for kind, count in asked.items()
    )


class Cluster:
  """Stands for the module of Ray; tasks on idle nodes end at once."""

  ObjectRef = Options

  def __init__(self):
    """Without nodes."""
    self.has, self.gone, self.busy = {}, {}, set()

  def add(self, name, cpus=2, memory=4e9):
    self.has[name] = {"CPU": cpus, "memory": memory}

  def end(self, name):
    self.gone[name] = self.has.pop(name)

  def nodes(self):
    return [
      {"NodeID": name, "Alive": name in self.has, "Resources": has}
      for name, has in (self.has | self.gone).items()
    ]

  def remote(self, function):
    return self

  options = Options

  def _found(self, task):
    names = (name for name, has in self.has.items() if task.allows(name, has))
    return [name for name in names if name not in self.busy]

  def wait(self, tasks, timeout):
    ready = [task for task in tasks if self._found(task)]
    return ready, [task for task in tasks if task not in ready]

  def get(self, task):
    return ENDED, 0, "done", self._found(task)[0]

  def cancel(self, task, force):
    pass

  def shutdown(self):
    pass


@pytest.fixture
def cluster(monkeypatch):
  made = Cluster()
  monkeypatch.setattr(on_ray, "ray", made)
  monkeypatch.setattr(on_ray, "_connect", lambda **_: None)
  monkeypatch.setattr(on_ray, "_LOOK_S", 0.0)
  return made


@pytest.fixture
def engine(cluster, tmp_path):
  plan = Plan("ray", cluster="here", **NEEDS)
  with contextlib.closing(on_ray.open(plan, tmp_path)) as made:
    yield made


def done_on(name):
  return Result(ENDED, 0, "done", name)


def kept_for_a_busy_one(cluster, engine, name):
  """A try that waits for the node "other", and is kept from one of a name."""
  cluster.add(name)
  cluster.add("other")
  cluster.busy.add("other")
  return engine.start(TASK, frozenset({name}))


def test_a_try_goes_to_others_than_those_to_avoid(cluster, engine):
  cluster.add("bad")
  cluster.add("good")
  sent = engine.start(TASK, frozenset({"bad"}))
  assert engine.ended(sent) == done_on("good")


@pytest.mark.parametrize("lacks", [{"cpus": 1}, {"memory": 2e9}], ids=str)
def test_a_try_is_not_kept_for_nodes_without_its_needs(cluster, engine, lacks):
  cluster.add("able")
  cluster.add("small", **lacks)
  sent = engine.start(TASK, frozenset({"able"}))
  assert engine.ended(sent) == done_on("able")


def test_a_try_whose_nodes_are_gone_goes_to_one_that_can(cluster, engine):
  cluster.add("small", cpus=1)
  sent = kept_for_a_busy_one(cluster, engine, "able")
  assert engine.ended(sent) is None
  cluster.end("other")
  engine.ended(sent)  # sees it, and sends it anew
  assert engine.ended(sent) == done_on("able")


def test_a_try_whose_nodes_are_gone_waits_for_new_ones(cluster, engine):
  cluster.add("small", cpus=1)
  sent = kept_for_a_busy_one(cluster, engine, "bad")
  cluster.end("bad")
  cluster.end("other")
  assert engine.ended(sent) is engine.ended(sent) is None
  cluster.add("new")
  assert engine.ended(sent) == done_on("new")


def test_a_cluster_without_nodes_is_gone(cluster, engine):
  cluster.add("last")
  cluster.end("last")
  with pytest.raises(Gone, match="none of its nodes answers"):
    engine.start(TASK, frozenset())


def test_nodes_are_not_looked_for_all_the_time(cluster, engine, monkeypatch):
  sent = kept_for_a_busy_one(cluster, engine, "bad")
  monkeypatch.setattr(on_ray, "_LOOK_S", 60.0)
  monkeypatch.setattr(cluster, "nodes", None)
  assert engine.ended(sent) is None
