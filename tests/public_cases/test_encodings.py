"""Texts are UTF-8 whatever the machine's locale (coralnet/coralnet#125)."""

import ast
import os
import pathlib
import subprocess

import numpy as np
import pytest

from alx.runs.disk import store
from tests import command_line as commands

SOURCES = [
  path
  for folder in ("alx", "experiments")
  for path in sorted((commands.ROOT / folder).rglob("*.py"))
]
OPENS = {"open", "fdopen", "read_text", "write_text"}
# Whose `open` is another.
FOREIGN = {"ts", "Image", "archive", "os"}


def without_encoding(tree):
  """Lines of calls that read or write text as the locale says."""
  for node in ast.walk(tree):
    if not isinstance(node, ast.Call):
      continue
    function = node.func
    name = getattr(function, "id", getattr(function, "attr", ""))
    # store's own, within it and without
    owner = getattr(getattr(function, "value", None), "id", "store")
    ours = name == "write_text" and owner == "store"
    is_foreign = ours or (name == "open" and owner in FOREIGN)
    if name not in OPENS or is_foreign:
      continue
    words = [*node.args, *(word.value for word in node.keywords)]
    texts = [w.value for w in words if isinstance(w, ast.Constant)]
    binary = any(isinstance(t, str) and "b" in t and len(t) < 4 for t in texts)
    told = any(word.arg == "encoding" for word in node.keywords)
    told = told or {"utf-8", "utf-8-sig", "ascii"} & set(map(str, texts))
    if not (binary or told):
      yield node.lineno


def test_the_rule_sees_what_it_is_for():
  bad = "open(p)\np.read_text()\np.write_text(t)\nos.fdopen(f)\np.open('a')"
  good = "open(p, 'rb')\np.read_text('utf-8')\nos.open(p, 1)\nopen(p, 'r+b')"
  assert list(without_encoding(ast.parse(bad))) == [1, 2, 3, 4, 5]
  assert not list(without_encoding(ast.parse(good)))


def test_no_file_is_opened_as_the_locale_says():
  found = [
    f"{path.relative_to(commands.ROOT)}:{line}"
    for path in SOURCES
    for line in without_encoding(ast.parse(path.read_text("utf-8")))
  ]
  assert found == []


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}


@pytest.mark.slow
def test_a_run_with_umlauts_where_only_ascii_is_known(tmp_path):
  labels = np.arange(24) % 2
  images = np.random.default_rng(0).standard_normal((24, 4, 4))
  np.savez(
    tmp_path / "Gefäße.npz",
    images=images + labels[:, None, None],
    labels=labels,
    ids=np.array([f"Müller_{i}" for i in range(24)]),
    class_names=np.array(["gesund", "Gefäß"]),
  )
  words = commands.command(
    "experiments.run",
    f"--data={tmp_path}/Gefäße.npz",
    f"--workdir={tmp_path}/läuft",
    "--acquisition=entropy",
    "--nofull",
    "--seeds=1",
    *(f"--set={x}" for x in ("rounds=1", "steps=2", "model=mlp", "widths=4")),
  )
  done = subprocess.run(
    [os.fsencode(word) for word in words],
    env=os.environ | ASCII,
    cwd=commands.ROOT,
    capture_output=True,
    check=False,
    timeout=120,
  )
  assert done.returncode == 0, done.stderr
  assert done.stdout.isascii() and b"report:" in done.stdout
  folder = tmp_path / "läuft"
  picks = store.read_rows(folder / "runs/entropy-seed0/picks.csv")
  assert {row["id"].split("_")[0] for row in picks} == {"Müller"}
  page = (folder / "report.html").read_text("utf-8")
  assert "Gefäße" in page and "Müller_" in page
  assert str(pathlib.Path("Gefäße.npz")) in (
    (folder / "config.json").read_text("utf-8")
  )
