"""Pages that need nothing else: of a run directory, and of a study."""

from alx.report.article import Picture, Section, write_article
from alx.report.html import framed
from alx.report.page import write_report

__all__ = ["Picture", "Section", "framed", "write_article", "write_report"]
