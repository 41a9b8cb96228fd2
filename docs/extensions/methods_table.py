"""The directive `methods-table`: what `alx.methods()` knows at build time."""

import functools
import inspect
import re

from docstrings import escaped
from docutils.parsers.rst import Directive
from nested import nodes_of

import alx
from alx.acquisition import BY_NAME

# A sentence such as "Time O(N D), memory O(N)." of a docstring.
_COST = re.compile(
  r"\b([Tt]ime(?:\s+and\s+memory)?\s+(?:are\s+those\s+of|of\s+`|O\().*?)"
  r"(?:\.\s|\.$|: |; make|$)",
  re.S,
)
_HEAD = ["method, paper", "what it does", "needs", "cost"]
_NEEDS = {
  "probs": "probabilities",
  "samples": "several passes",
  "features": "features",
  "evidence": "evidence",
  "beta": "evidence",
  "space": "a segmentation",
}


known = functools.cache(alx.methods)  # each call traces every method


def cost_of(name: str) -> str:
  """Time and memory as the docstrings of the method say."""
  row = BY_NAME[name]
  for function in (row.select, row.describe):
    found = _COST.search(inspect.getdoc(function) or "") if function else None
    if found:
      cost = " ".join(found[1].split())
      return cost[0].lower() + cost[1:]
  return "one pass over the items"


def first_line(name: str) -> str:
  """What the method prefers, in a line."""
  row, method = BY_NAME[name], known()[name]
  says = row.describe if method.scores or row.describe is None else row.select
  return inspect.getdoc(says or row.select).split("\n")[0]


def row_of(name: str) -> list[str]:
  """The cells of a method: see `_HEAD`."""
  method = known()[name]
  needs = ", ".join(_NEEDS[need] for need in method.needs) or "nothing"
  options = ", ".join(f"`{o}`" for o in method.options if o != "progress")
  does = escaped(first_line(name)) + (options and f" Options: {options}.")
  paper = method.paper and f" {method.paper}"
  return [f"`{name}`{paper}", does, needs, escaped(cost_of(name))]


class MethodsTable(Directive):
  """`.. methods-table::` of all methods, or of those named as its content."""

  has_content = True

  def run(self):
    """The table."""
    wanted = " ".join(self.content).split() or list(known())
    unknown = set(wanted) - set(known())
    if unknown:
      raise self.error(f"no such method: {', '.join(sorted(unknown))}")
    text = [
      ".. list-table::",
      "   :header-rows: 1",
      "   :widths: 22 38 14 26",
      "",
    ]
    for cells in [_HEAD, *map(row_of, wanted)]:
      marks = ["   * - ", *["     - "] * (len(cells) - 1)]
      text += [m + c for m, c in zip(marks, cells, strict=True)]
    return nodes_of(self, "methods", text)


def setup(app):
  """Called by Sphinx."""
  app.add_directive("methods-table", MethodsTable)
  return {"parallel_read_safe": True}
