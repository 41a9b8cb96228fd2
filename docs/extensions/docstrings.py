"""Our docstrings as reStructuredText.

They are plain text: `[N, *sp, C]` and |x|^2 are shapes and lengths, not
emphasis and substitutions. What stands outside of backticks is escaped, once,
here. The comments behind the fields of a class, their shapes and ranges,
become its list of attributes.
"""

import ast
import collections
import inspect
import itertools
import re
import textwrap

_IN_TICKS = re.compile(r"(``.*?``|`[^`]*`)", re.S)
# Emphasis, substitutions, escapes, and the underscore that makes a word a link.
_SPECIAL = re.compile(r"[*|\\]|(?<=\w)_(?!\w)")

# What jax.typing.ArrayLike is made of.
_ARRAY_LIKE = re.compile(
  r"~?[\w.]*Array \| ~?numpy\.ndarray \| ~?numpy\.bool \| ~?numpy\.number"
  r" \| bool \| int \| float \| complex"
)


def shorten(app, what, name, obj, options, signature, returns):
  """Sphinx's event autodoc-process-signature: arrays are named, not listed."""
  shorter = [
    text and _ARRAY_LIKE.sub("ArrayLike", text) for text in (signature, returns)
  ]
  return tuple(shorter)


def escaped(text: str) -> str:
  """The text, in which reStructuredText finds no markup but backticks."""
  parts = _IN_TICKS.split(text)
  parts[::2] = [_SPECIAL.sub(r"\\\g<0>", part) for part in parts[::2]]
  return "".join(parts)


def process(app, what, name, obj, options, lines):
  """Sphinx's event autodoc-process-docstring, before napoleon's."""
  if what == "module":
    lines[:] = blocks(lines)
    return
  lines[:] = escaped("\n".join(lines)).split("\n")
  if what == "class":
    lines += _attributes(obj, "\n".join(lines))


def blocks(lines: list[str]) -> list[str]:
  """Escaped text; code and lists that are indented are shown as they stand."""
  text = []
  for indented, group in itertools.groupby(lines, _stands_apart):
    group = list(group)
    if indented:
      text += ["", "::", "", *(f"  {line}" for line in group), ""]
    else:
      text += escaped("\n".join(group)).split("\n")
  return text


def _stands_apart(line: str) -> bool:
  return line.startswith("  ") or line.startswith(">>>")


def skip(app, what, name, obj, skip, options):
  """Fields stand in the list of attributes of their class, not each alone."""
  if isinstance(obj, _FIELD):
    return True
  return None


_FIELD = type(collections.namedtuple("_Any", "field").field)


def _attributes(obj, docstring: str) -> list[str]:
  """A section of the fields that the docstring does not speak of itself."""
  if "Attributes:" in docstring:
    return []
  fields = fields_of(obj)
  if not any(fields.values()):
    return []
  rows = [f"  {name}: {escaped(text)}" for name, text in fields.items()]
  return ["", "Attributes:", *rows, ""]


def fields_of(obj) -> dict[str, str]:
  """The fields of a class with the comment behind each."""
  try:
    source = textwrap.dedent(inspect.getsource(obj))
  except (OSError, TypeError):
    return {}
  lines = source.split("\n")
  fields = {}
  for node in ast.parse(source).body[0].body:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
      fields[node.target.id] = _comment(lines, node)
  return fields


def _comment(lines: list[str], node: ast.AnnAssign) -> str:
  """What stands behind the field; a line below goes on after `#` and blanks."""
  found = [lines[node.end_lineno - 1][node.end_col_offset :]]
  for line in lines[node.end_lineno :]:
    if not line.strip().startswith("#  "):
      break
    found.append(line)
  return " ".join(line.strip("# ") for line in found)


def setup(app):
  """Called by Sphinx."""
  app.connect("autodoc-process-signature", shorten)
  app.connect("autodoc-process-docstring", process, priority=100)
  app.connect("autodoc-skip-member", skip)
  return {"parallel_read_safe": True}
