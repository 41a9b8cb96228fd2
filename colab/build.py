"""Makes the notebooks from their text, and the table of README.md.

  python colab/build.py

NAME.py is the source (jupytext, py:percent), NAME.ipynb what Colab opens: the
same cells without outputs.
"""

import pathlib
import re

import jupytext
import nbformat

# Where Colab finds the notebooks: "OWNER/NAME" of a public repository on
# GitHub. Without it there are no badges, for a badge is such an address.
REPOSITORY = ""
BRANCH = "main"

FOLDER = pathlib.Path(__file__).resolve().parent
_IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
_OPENS = "https://colab.research.google.com/github/{}/blob/{}/colab/{}.ipynb"
_ACCELERATORS = {"04_segmentation_3d": "GPU", "05_tpu": "TPU"}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TABLE = re.compile(r"(?<=<!-- table -->\n)(?s:.*)(?=<!-- end -->)")


def sources() -> list[pathlib.Path]:
  """The texts of the notebooks, in order."""
  return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


def notebook_of(source: pathlib.Path) -> nbformat.NotebookNode:
  """The cells of a text, with a badge below the title if there is one."""
  notebook = jupytext.read(source, fmt="py:percent")
  title = notebook.cells[0]
  heading, rest = title.source.split("\n", 1)
  mark = badge(source.stem)
  title.source = f"{heading}\n\n{mark}\n{rest}" if mark else title.source
  for number, cell in enumerate(notebook.cells):
    cell.id = f"cell-{number}"
  metadata = {"kernelspec": _KERNEL}
  if source.stem in _ACCELERATORS:
    metadata["accelerator"] = _ACCELERATORS[source.stem]
  return nbformat.v4.new_notebook(cells=notebook.cells, metadata=metadata)


def text_of(source: pathlib.Path) -> str:
  """The content of the .ipynb of a text."""
  return nbformat.writes(notebook_of(source)) + "\n"


def badge(stem: str) -> str:
  """Markdown of a badge that opens a notebook in Colab; "" without address."""
  if not REPOSITORY:
    return ""
  return (
    f"[![Open in Colab]({_IMAGE})]({_OPENS.format(REPOSITORY, BRANCH, stem)})"
  )


def table() -> str:
  """The rows of README.md: badge or name, and the first lines of each."""
  rows = ["| notebook | what it shows | runs on |", "| --- | --- | --- |"]
  for source in sources():
    text = jupytext.read(source, fmt="py:percent").cells[0].source
    title, about = re.match(r"# (.+)\n\n((?:.+\n?)+)", text).groups()
    where = _ACCELERATORS.get(source.stem, "CPU")
    name = f"[{title}]({source.stem}.ipynb) {badge(source.stem)}".strip()
    rows.append(f"| {name} | {' '.join(about.split())} | {where} |")
  return "\n".join(rows) + "\n"


def readme() -> str:
  """README.md with the table of today."""
  return _TABLE.sub(
    lambda _: table(), (FOLDER / "README.md").read_text("utf-8")
  )


def main() -> None:
  """Writes every .ipynb, and the table."""
  for source in sources():
    source.with_suffix(".ipynb").write_text(text_of(source), "utf-8")
  (FOLDER / "README.md").write_text(readme(), "utf-8")


if __name__ == "__main__":
  main()
