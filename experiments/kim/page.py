"""The page of the study: what was asked, done, found, and what follows."""

import dataclasses
import pathlib

from alx import report
from alx.report import Section, words
from alx.report.read import Study, read_study
from alx.report.tables import Table
from experiments import store
from experiments.kim import needed, page_needed, page_results, tables, verdicts
from experiments.kim.found import Found, read_found
from experiments.kim.settings import Kim

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
    Section("Data", _data(study)),
    _protocol(study),
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


def _data(study: Study) -> tuple[str, ...]:
  about = study.dataset
  classes = words.listed(about["class_names"][1:])
  lines = [
    f"{about['name']}: {about['num_pool']} volumes may be labelled, "
    f"{about['num_test']} are only tested on, parted by {about['split_by']}. "
    f"Foreground: {classes}."
  ]
  if about["split_by"] == "item":
    lines.append(
      "No patients are known: volumes of one patient may be on both sides."
    )
  if about["left_out"]:
    lines.append(f"{len(about['left_out'])} cases could not be used.")
  return tuple(lines)


def _protocol(study: Study) -> Section:
  own, paper = study.config, dataclasses.asdict(Kim())
  text = (
    f"{own['start']} volumes drawn by chance, the same for all arms, then "
    f"{own['rounds']} rounds of {own['query']}. In every round a network is "
    f"trained from scratch on {100 * (1 - own['held_out']):.0f} % of what is "
    "labelled; the rest, drawn anew, decides when to stop and which epoch is "
    "kept. Arms of one training share the first model; all seeds are paired. "
    "The model on all labels is trained in the same way."
  )
  differ = [
    [name, _text(paper[name]), _text(own[name])]
    for name in paper
    if name in own and _text(own[name]) != _text(paper[name])
    if name not in ("data", "acquisition", "seeds", "first_seed")
  ]
  note = "Every setting that is not the paper's at its size, or its default "
  note += "here where the paper is silent."
  table = Table(["setting", "paper", "here"], differ)
  return Section("Protocol", (text,), (), ((table, note),))


def _text(value):
  if isinstance(value, list | tuple):
    return ", ".join(map(str, value)) or words.NOTHING
  return str(value)
