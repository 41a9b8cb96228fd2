"""The directive `room`: a package of alx with all that is public in it.

What a room gives under its own name stands first; then each of its files with
the rest. Nothing is listed by hand, and so nothing can be forgotten.
"""

import ast
import importlib.util
import pathlib
import pkgutil

from docutils.parsers.rst import Directive
from nested import nodes_of


def names_of(module: str) -> list[str]:
  """What `__all__` of the module says; [] without one."""
  tree = ast.parse(pathlib.Path(_spec(module).origin).read_text("utf-8"))
  for node in tree.body:
    if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
      return ast.literal_eval(node.value)
  return []


def modules_in(room: str) -> list[str]:
  """The room and every module inside, rooms inside included."""
  places = _spec(room).submodule_search_locations
  if places is None:
    return [room]
  inside = pkgutil.walk_packages(places, f"{room}.")
  return [room, *(m.name for m in inside if not m.name.endswith("__main__"))]


def _spec(module: str):
  return importlib.util.find_spec(module)


class Room(Directive):
  """`.. room:: alx.stats`, or one module with the option `alone`."""

  required_arguments = 1
  has_content = False
  option_spec = {"alone": lambda argument: True}  # noqa: RUF012, as docutils has it

  def run(self):
    """The nodes of the page."""
    room = self.arguments[0]
    modules = [room] if "alone" in self.options else modules_in(room)
    named = names_of(room)
    text = []
    for module in modules:
      text += _section(module, named if module != room else [], module == room)
    return nodes_of(self, f"room {room}", text, titles=True)


def _section(module: str, named: list[str], top: bool) -> list[str]:
  head = [] if top else [module, "-" * len(module), ""]
  body = [f".. automodule:: {module}", "   :members:"]
  if module.rpartition(".")[2] in named:  # a function of the room has its name
    body.append("   :no-index:")
  if named:
    body.append(f"   :exclude-members: {', '.join(named)}")
  return [*head, *body, ""]


def setup(app):
  """Called by Sphinx."""
  app.add_directive("room", Room)
  return {"parallel_read_safe": True}
