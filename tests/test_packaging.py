"""What an installed clone puts where Python looks."""

import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = "import sys, setuptools.build_meta as b; b.build_editable(sys.argv[1])"


@pytest.fixture(scope="module")
def editable(tmp_path_factory):
  """The files of an editable wheel, by name, and the clone they are of."""
  pytest.importorskip("setuptools", "77", reason="it builds the wheel")
  folder = tmp_path_factory.mktemp("clone")
  for name in ("pyproject.toml", "README.md", "LICENSE"):
    shutil.copy(ROOT / name, folder)
  (folder / "alx").mkdir()
  for name in ("__init__.py", "_version.py"):
    shutil.copy(ROOT / "alx" / name, folder / "alx")
  command = sys.executable, "-c", BUILD, folder
  done = subprocess.run(
    command, capture_output=True, text=True, cwd=folder, check=False
  )
  assert done.returncode == 0, done.stderr
  with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
    return {n: wheel.read(n).decode() for n in wheel.namelist()}, folder


def test_a_clone_is_on_the_path_itself(editable):
  """A finder would be asked after any folder called alx, which hides it."""
  files, folder = editable
  installed = [name for name in files if ".dist-info/" not in name]
  assert len(installed) == 1 and installed[0].endswith(".pth")
  assert files[installed[0]].split() == [str(folder)]


def test_from_the_folder_above_the_clone_it_is_found(tmp_path, editable):
  files, _ = editable
  (pth,) = (text for name, text in files.items() if name.endswith(".pth"))
  site = tmp_path / "site"
  site.mkdir()
  (site / "clone.pth").write_text(pth)
  (tmp_path / "above" / "alx" / "alx").mkdir(parents=True)
  look = """
import importlib.util, site, sys
sys.path.insert(0, "")
site.addsitedir(sys.argv[1])
print(importlib.util.find_spec("alx").origin)
"""
  done = subprocess.run(
    [sys.executable, "-I", "-S", "-c", look, site],  # no other installs
    capture_output=True,
    text=True,
    cwd=tmp_path / "above",
    check=True,
  )
  assert done.stdout.strip() == f"{pth.strip()}/alx/__init__.py"
