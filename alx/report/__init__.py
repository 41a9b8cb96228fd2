"""Pages that need nothing else: of a run directory, and of a study."""

from typing import TYPE_CHECKING

from alx.lazy import lazily

if TYPE_CHECKING:
  from alx.report.answer.sentences import console_lines
  from alx.report.article import Picture, Section, write_article
  from alx.report.budgets.section import budget_lines
  from alx.report.html import framed
  from alx.report.page import read_answer, read_warnings, write_report

__all__ = [
  "Picture",
  "Section",
  "budget_lines",
  "console_lines",
  "framed",
  "read_answer",
  "read_warnings",
  "write_article",
  "write_report",
]

# Looked up when first used: what only asks which items to label next draws
# nothing, and matplotlib looks for a home of its own as soon as it is imported.
_HOMES = {
  "Picture": "alx.report.article",
  "Section": "alx.report.article",
  "budget_lines": "alx.report.budgets.section",
  "console_lines": "alx.report.answer.sentences",
  "framed": "alx.report.html",
  "read_answer": "alx.report.page",
  "read_warnings": "alx.report.page",
  "write_article": "alx.report.article",
  "write_report": "alx.report.page",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
