"""The page of the study: what was asked, done, found, and what follows."""

import pathlib

from alx import report
from alx.report import Section
from alx.report.read import read_study
from alx.runs.disk import store
from experiments.kim import (
  needed,
  page_needed,
  page_protocol,
  page_results,
  tables,
  verdicts,
)
from experiments.kim.found import Found, read_found

_TITLE = "How few labels does a 3-D U-Net need? Kim et al. 2024 again"
_QUESTION = (
  "Kim et al. 2024 trained a 3-D U-Net on growing numbers of labelled volumes, "
  "chosen by chance or by one of several scores, and named the number from "
  "which on a model was statistically equivalent to the one trained on "
  "everything. Which way of choosing needs the fewest labels here, and does "
  "the answer hold beyond the first round that passes the test, and beyond "
  "one seed?"
)


def write(workdir: pathlib.Path) -> pathlib.Path:
  """Writes the tables, the figure and report.html; returns the page.

  Raises:
    ValueError: if no run on all labels is finished.
  """
  study = read_study(workdir)
  found = read_found(workdir, study.config.get("empty", "nan"))
  labels = needed.readings(found)
  _write_tables(workdir, found, labels)
  concluded = verdicts.concluded(found, labels)
  sections = [
    Section("Question", (_QUESTION,)),
    page_protocol.data(study),
    page_protocol.protocol(study),
    page_protocol.not_done(study),
    page_results.results(study, found),
    page_needed.equivalence(found, labels),
    page_results.differences(found),
    page_results.failure_cases(found, workdir),
    page_needed.as_published(),
    Section("What can be concluded", concluded),
    Section("What cannot", verdicts.cannot(found, labels)),
  ]
  path = workdir / "report.html"
  return report.write_article(path, _TITLE, " ".join(concluded[:2]), sections)


def _write_tables(workdir: pathlib.Path, found: Found, labels: list) -> None:
  rows = {
    "table_3": tables.table_3(found),
    "table_3_by_seed": tables.table_3_by_seed(found),
    "figure_2": tables.figure_2(found),
    "labels_needed": needed.rows(labels),
  }
  for name, found_rows in rows.items():
    if found_rows:
      store.write_rows(workdir / f"{name}.csv", found_rows)
