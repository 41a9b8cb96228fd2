"""The notebooks of the clone in the site, and the directive that lists them."""

import pathlib
import shutil

from docutils.parsers.rst import Directive
from nested import nodes_of

_DOCS = pathlib.Path(__file__).resolve().parents[1]
_SOURCE, _COPIES = _DOCS.parent / "colab", _DOCS / "notebooks"


def copy(app, config):
  """Brings them below the folder that Sphinx reads; it reads no other."""
  _COPIES.mkdir(exist_ok=True)
  for old in _COPIES.glob("*.ipynb"):
    old.unlink()
  for path in _SOURCE.glob("[0-9]*.ipynb"):
    shutil.copy(path, _COPIES)


class Notebooks(Directive):
  """`.. notebooks::`, a list of all there are."""

  def run(self):
    """A toctree; nothing where there is no notebook."""
    names = sorted(path.stem for path in _COPIES.glob("*.ipynb"))
    if not names:
      return []
    text = [".. toctree::", "   :maxdepth: 1", ""]
    text += [f"   notebooks/{name}" for name in names]
    return nodes_of(self, "notebooks", text)


def setup(app):
  """Called by Sphinx."""
  app.connect("config-inited", copy)
  app.add_directive("notebooks", Notebooks)
  return {"parallel_read_safe": True}
