"""Every notebook is its text, installs nothing here, and runs."""

import ast
import importlib.util
import os
import pathlib
import re

import pytest

jupytext = pytest.importorskip("jupytext")
nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load_build():
  """colab/build.py, which is no package."""
  place = ROOT / "colab" / "build.py"
  spec = importlib.util.spec_from_file_location("colab_build", place)
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


build = load_build()
SOURCES = build.sources()
IDS = [source.stem for source in SOURCES]
each = pytest.mark.parametrize("source", SOURCES, ids=IDS)


def code_of(source):
  cells = jupytext.read(source, fmt="py:percent").cells
  return [cell.source for cell in cells if cell.cell_type == "code"]


def test_there_are_nine_in_order():
  assert [stem[:2] for stem in IDS] == [f"{n:02d}" for n in range(9)]
  assert sorted(p.stem for p in (ROOT / "colab").glob("*.ipynb")) == IDS


@each
def test_the_notebook_is_its_text_without_outputs(source):
  notebook = source.with_suffix(".ipynb")
  assert notebook.read_text("utf-8") == build.text_of(source)
  read = nbformat.read(notebook, as_version=4)
  nbformat.validate(read)
  code = [cell for cell in read.cells if cell.cell_type == "code"]
  assert not any(cell.outputs or cell.execution_count for cell in code)


def test_the_table_is_that_of_the_notebooks():
  text = (ROOT / "colab" / "README.md").read_text("utf-8")
  assert text == build.readme()
  assert all(f"({stem}.ipynb)" in text for stem in IDS)


def test_a_badge_is_there_once_there_is_an_address(monkeypatch):
  assert "colab.research" not in build.text_of(SOURCES[0]) or build.REPOSITORY
  monkeypatch.setattr(build, "REPOSITORY", "owner/name")
  address = "github/owner/name/blob/main/colab/00_quick_start.ipynb"
  title = build.notebook_of(SOURCES[0]).cells[0].source
  assert title.startswith("# ") and address in title.splitlines()[2]
  assert address in build.table()


@each
def test_the_first_code_cell_installs_where_alx_is_missing(source):
  first = code_of(source)[0]
  assert first.count("%pip install -q alx-imaging\n") == 1
  tries = ast.parse(first.replace("%pip", "pass  #"))
  [attempt] = [n for n in tries.body if isinstance(n, ast.Try)]
  assert ast.unparse(attempt.body) == "import alx"
  assert ast.unparse(attempt.handlers[0].type) == "ImportError"


@each
def test_nothing_moves_jax_or_starts_a_process(source):
  text = "\n".join(code_of(source))
  assert not re.search(r"pip install.*(-U|--upgrade|jax|flax)", text)
  assert not re.search(r"^\s*!|subprocess|os\.system|%%bash", text, re.M)
  assert not re.search(r"https?://|urllib|requests|wget", text)


@each
def test_a_reader_is_led(source):
  """Title, a sentence or two, forms, words between cells, a plot."""
  cells = jupytext.read(source, fmt="py:percent").cells
  words = [c for c in cells if c.cell_type == "markdown"]
  code = [c.source for c in cells if c.cell_type == "code"]
  assert re.match(r"# .+\n\n\S", words[0].source)
  assert len(words) >= 5 and max(text.count("\n") for text in code) < 40
  assert any("plt.show()" in text for text in code)
  assert code[0].startswith("# @title")
  assert sum("# @param" in text for text in code) or source.stem[:2] == "06"


@pytest.mark.slow
@each
def test_it_runs(source, tmp_path, monkeypatch):
  path = os.pathsep.join([str(ROOT), *os.environ.get("PYTHONPATH", "").split()])
  monkeypatch.setenv("PYTHONPATH", path)
  monkeypatch.setenv("ALX_SMOKE", "1")
  monkeypatch.delenv("MPLBACKEND", raising=False)
  for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
    monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody is there
  notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
  run = nbclient.NotebookClient(
    notebook,
    timeout=300,
    kernel_name="python3",
    resources={"metadata": {"path": str(tmp_path)}},
  )
  run.execute()
  outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
  errors = [o.text for o in outputs if o.get("name") == "stderr"]
  assert errors == []
  assert any("image/png" in o.get("data", {}) for o in outputs)
