"""Lines that a directive has made, as the nodes that they stand for."""

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList


def nodes_of(
  directive: Directive, source: str, lines: list[str], titles: bool = False
) -> list[nodes.Node]:
  """What Sphinx makes of reStructuredText.

  Args:
    directive: that has made the lines.
    source: its name in warnings.
    lines: of text.
    titles: whether there are headings among them.
  """
  node = nodes.section() if titles else nodes.container()
  node.document = directive.state.document
  places = [(f"<{source}>", i) for i in range(len(lines))]
  text = StringList(lines, items=places)
  directive.state.nested_parse(text, 0, node, titles)
  return node.children
