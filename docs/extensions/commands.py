"""The directive `command`: what a command of `alx` does, and its flags.

Each module of `alx.commands` defines flags, some under the same names: so one
is read after the other, and its flags are taken away again.
"""

import importlib
import inspect

from absl import flags
from docstrings import blocks
from docutils.parsers.rst import Directive
from nested import nodes_of


def flags_of(module: str) -> tuple[str, list[flags.Flag]]:
  """The docstring of a module of `alx.commands`, and the flags it defines."""
  known = flags.FLAGS
  text = inspect.getdoc(importlib.import_module(module))
  found = list(known.flags_by_module_dict().get(module, []))
  for flag in found:
    delattr(known, flag.name)
  return text, found


class Command(Directive):
  """`.. command:: run`."""

  required_arguments = 1

  def run(self):
    """The docstring and a table of the flags."""
    says, found = flags_of(f"alx.commands.{self.arguments[0]}")
    text = [*blocks(says.split("\n")), "", ".. list-table::"]
    text += ["   :header-rows: 1", ""]
    text += ["   * - flag", "     - default", "     - what it is"]
    for flag in found:
      text += [
        f"   * - `--{flag.name}`",
        f"     - {_shown(flag.default)}",
        f"     - {_paragraphs(flag.help)}",
      ]
    return nodes_of(self, "command", "\n".join(text).split("\n"))


def _shown(default) -> str:
  return "" if default in (None, []) else f"`{default}`"


def _plain(text: str) -> str:
  return " ".join(blocks([" ".join(text.split())]))


def _paragraphs(text: str) -> str:
  """A help text in a cell, with the line breaks that --help shows."""
  return "\n\n       ".join(_plain(line) for line in text.split("\n"))


def setup(app):
  """Called by Sphinx."""
  app.add_directive("command", Command)
  return {"parallel_read_safe": False}
