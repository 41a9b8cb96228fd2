"""The site builds without a warning, and nothing public is missing from it."""

import ast
import os
import pathlib
import re
import subprocess
import sys

import pytest

import alx
from tests.command_line import help_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = {"alx.commands"}  # has a page of its own, commands.md


def shown():
  """Modules and packages that the API pages name."""
  text = "\n".join(p.read_text("utf-8") for p in DOCS.glob("api/*.rst"))
  return set(re.findall(r"^\.\. (?:room|automodule):: (\S+)", text, re.M))


def test_every_room_and_loose_module_has_a_place_in_the_api():
  paths = [p for p in (ROOT / "alx").iterdir() if not p.name.startswith("_")]
  rooms = {f"alx.{p.name}" for p in paths if (p / "__init__.py").exists()}
  loose = {f"alx.{p.stem}" for p in paths if p.suffix == ".py"}
  assert shown() == {"alx"} | loose | rooms - ROOMS


def test_every_command_has_a_place():
  text = (DOCS / "commands.md").read_text("utf-8")
  _, about = help_of("alx.commands.main")
  wanted = re.findall(r"^  alx (\w+) ", about, re.M)
  assert wanted and set(wanted) == set(re.findall(r"command:: (\w+)", text))


def test_every_method_is_in_a_table_of_its_own_kind():
  text = (DOCS / "choose.md").read_text("utf-8")
  tables = re.findall(r"methods-table::\n\n(.*?)```", text, re.S)
  named = " ".join(tables).split()
  assert {*named} == set(alx.methods()) - {"random"}
  assert len(named) == len({*named})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
  """The built pages, and what the build said."""
  out = tmp_path_factory.mktemp("site")
  options = ["-W", "--keep-going", "-q", "-b", "html", "-d", out / "trees"]
  done = subprocess.run(
    [sys.executable, "-m", "sphinx", *options, DOCS, out / "html"],
    capture_output=True,
    check=False,
    text=True,
    cwd=ROOT,
    env=os.environ | {"NO_COLOR": "1"},
  )
  return out / "html", done


@pytest.mark.slow
def test_the_site_builds_without_a_warning(site):
  pages, done = site
  assert (done.returncode, done.stderr) == (0, "")
  assert (pages / "index.html").exists()


@pytest.mark.slow
def test_every_public_name_is_in_the_api(site):
  pages, _ = site
  text = "\n".join(p.read_text("utf-8") for p in pages.glob("api/*.html"))
  anchors = set(re.findall(r'id="(alx[\w.]*)"', text))
  missing = [
    f"{module}.{name}"
    for module in sorted(shown())
    for name in public_names(module)
    if f"{module}.{name}" not in anchors
  ]
  assert not missing


def public_names(module):
  """The functions and classes that its `__all__` lists."""
  path = ROOT / module.replace(".", "/")
  path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
  if not path.exists():
    return []
  for node in ast.parse(path.read_text("utf-8")).body:
    if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
      names = ast.literal_eval(node.value)
      loaded = sys.modules.get(module) or __import__(module, fromlist=["x"])
      return [n for n in names if callable(getattr(loaded, n))]
  return []


@pytest.mark.slow
def test_every_method_is_in_the_table(site):
  pages, _ = site
  text = (pages / "choose.html").read_text("utf-8")
  shown = set(re.findall(r'<span class="pre">(\w+)</span>', text))
  assert set(alx.methods()) <= shown
