"""A study as one page that a reviewer can read from top to bottom."""

import os
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from alx import csv_table
from alx.data import files
from alx.report import html
from alx.report.tables import Table


class Picture(NamedTuple):
  """A figure; the caption says all that a reader needs to read it."""

  png: bytes
  caption: str


class Section(NamedTuple):
  """Paragraphs, pictures, tables, each with a note or "", then facts."""

  title: str
  paragraphs: tuple[str, ...] = ()
  pictures: tuple[Picture, ...] = ()
  tables: tuple[tuple[Table, str], ...] = ()
  facts: tuple[Table, ...] = ()  # long texts in two columns or three


def write_article(
  path: str | os.PathLike,
  title: str,
  summary: str,
  sections: Sequence[Section],
  byline: str = "Study with alx",
) -> pathlib.Path:
  """Writes one self-contained HTML page.

  Args:
    path: of the page; its folder is there.
    title: the question, or the name of the study.
    summary: what came out, in a few sentences.
    sections: data, protocol, results, failures, what may be concluded.
    byline: who made it; the date is added.

  Returns:
    `path`.
  """
  path = pathlib.Path(path)
  context = {
    "title": title,
    "summary": summary,
    "sections": sections,
    "byline": byline,
  }
  page = html.render("article.html.jinja", context)
  files.write_bytes(path, csv_table.encode(page))
  return path
