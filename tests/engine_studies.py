"""A small study, and the command that does it with an engine."""

import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

from tests.forks import ROOT

SMALL = (
  *("--budgets=4+4x1", "--acquisition=entropy", "--seeds=1"),
  *("--set=steps=2", "--set=test_items=10"),
)
GROUP = "e-auto-4+4x1"


def save(folder):
  """The path of 30 embeddings of two classes."""
  labels = np.arange(30) % 2
  noise = np.random.default_rng(0).standard_normal((30, 4))
  path = folder / "e.npz"
  np.savez(path, features=noise + labels[:, None], labels=labels)
  return path


def start(workdir, data, *flags, env=None):
  """alx study, running; its output goes to a file beside the directory."""
  words = f"--workdir={workdir}", f"--data={data}", *SMALL, *flags
  command = [sys.executable, "-m", "alx.commands.main", "study", *words]
  with open(said_of(workdir), "ab") as said:
    return subprocess.Popen(
      command, cwd=ROOT, stdout=said, stderr=said, env=env
    )


def said_of(workdir):
  """Where its output is."""
  return workdir.with_name(f"{workdir.name}.said")


def run(workdir, data, *flags, env=None):
  """(exit code, what it said)."""
  code = start(workdir, data, *flags, env=env).wait(timeout=240)
  return code, said_of(workdir).read_text()


def tables(workdir):
  """What the rows found, without the seconds."""
  return {
    str(path.relative_to(workdir)): path.read_bytes()
    for path in sorted(workdir.glob("*/runs/*/*.csv"))
    if path.name != "times.csv"
  }


def waited(something, seconds=200):
  """What it returns, once that is true."""
  deadline = time.monotonic() + seconds
  while not (found := something()):
    assert time.monotonic() < deadline
    time.sleep(0.01)
  return found


def row_at_work(workdir):
  """The process of a row that has a checkpoint and is not done; or None."""
  for folder in workdir.glob("*/runs/*"):
    if not (folder / "checkpoints" / "1").exists():
      continue
    for claim in (workdir / "claims").glob(f"{GROUP}.{folder.name}.*"):
      text = read(claim)
      if text:
        return json.loads(text)["pid"]
  return None


def read(path):
  """The text of a file; "" if it is gone."""
  try:
    return pathlib.Path(path).read_text()
  except OSError:
    return ""


def parent_of(pid):
  """The process that started it."""
  text = pathlib.Path(f"/proc/{pid}/stat").read_text()
  return int(text.rpartition(")")[2].split()[1])


def children_of(pid):
  """(number, name) of all processes below one."""
  found = []
  for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
    name, _, rest = read(path).partition("(")[2].rpartition(")")
    if rest and int(rest.split()[1]) == pid:
      number = int(path.parent.name)
      found += [(number, name), *children_of(number)]
  return found


def tries(workdir):
  """How often each row was begun."""
  logs = sorted((workdir / "logs").glob("*.log"))
  return [path.read_text().count("== try") for path in logs]


def environment(**more):
  """Of this process, with more."""
  return os.environ | more
