"""`alx query` says ids and nothing else, whatever its cache is like."""

import os
import subprocess
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
  folder = tmp_path_factory.mktemp("query")
  np.save(folder / "probs.npy", np.array([[0.5, 0.5], [0.9, 0.1]]))

  def ask(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("JAX_")}
    words = ["query", "--acquisition=margin", "--k=1", "--probs=probs.npy"]
    done = subprocess.run(
      [sys.executable, "-m", "alx.commands.main", *words],
      cwd=folder,
      env=env | {"PYTHONPATH": os.getcwd()} | more,
      capture_output=True,
      text=True,
      timeout=100,
      check=False,
    )
    return done.returncode, done.stdout, done.stderr

  return ask


@pytest.mark.slow
def test_damaged_programs_are_made_again(ask, tmp_path):
  home = {"XDG_CACHE_HOME": str(tmp_path)}
  assert ask(**home) == (0, "0\n", "")  # without a word of the devices either
  kept = {p: p.read_bytes() for p in (tmp_path / "alx").iterdir()}
  for path in kept:
    path.write_bytes(b"damaged")
  assert ask(**home) == (0, "0\n", "")
  assert not any(path.exists() for path in kept)
  assert ask(**home) == (0, "0\n", "")
  assert {p.name for p in (tmp_path / "alx").iterdir()} == {
    p.name for p in kept
  }


@pytest.mark.slow
def test_a_home_that_cannot_be_written_to(ask, tmp_path):
  file = tmp_path / "file"
  file.write_bytes(b"")
  home = {"HOME": str(file), "XDG_CACHE_HOME": str(file)}
  assert ask(**home) == (0, "0\n", "")
