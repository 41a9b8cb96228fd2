"""How the site is built: sphinx-build -W -b html docs OUT."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "extensions"), str(ROOT)]

from alx import __version__  # noqa: E402, the path comes first

project = "alx"
author = "The alx developers"
copyright = author
release = version = __version__
html_title = f"alx {__version__}"
html_theme = "furo"
extensions = [
  "sphinx.ext.autodoc",
  "sphinx.ext.napoleon",
  "myst_nb",
  "docstrings",
  "rooms",
  "methods_table",
  "commands",
  "notebooks",
]

source_suffix = {
  ".rst": "restructuredtext",
  ".md": "myst-nb",
  ".ipynb": "myst-nb",
}
exclude_patterns = ["extensions", "**/.ipynb_checkpoints"]

default_role = "code"
smartquotes = False  # --data is a flag, no dash
highlight_language = "python3"
# Commands and prompts are not Python, and say so; a lexer's doubt is no fault.
suppress_warnings = ["misc.highlighting_failure"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# What a notebook shows was shown when it was run: the build runs none.
nb_execution_mode = "off"

# Engines of a study, which the site can be built without.
autodoc_mock_imports = ["ray", "distributed", "submitit"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
