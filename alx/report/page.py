"""Writes the report of a run directory, from its files alone."""

import os
import pathlib

import numpy as np

from alx import csv_table
from alx.data import files
from alx.report import arms as numbers
from alx.report import exports, html, summary, tables, words
from alx.report.answer.glossary import glossary
from alx.report.answer.sentences import Answer, Whole, make_answer
from alx.report.budgets import section
from alx.report.figures import curves, gallery, pictures
from alx.report.measures import names
from alx.report.read import Study, read_study


def write_report(workdir: str | os.PathLike) -> pathlib.Path:
  """Writes report.html, learning_curve.png, curve.csv, labels_needed.csv.

  And answer.json: the sentences at the top of the page, and their numbers.
  Where there are stop rules also stops.csv.

  Runs that are not finished and files that are missing are named in the page.

  Args:
    workdir: the run directory; read and written, nothing in it is changed.

  Returns:
    Where report.html is.

  Raises:
    NotADirectoryError: `workdir` is no directory.
  """
  workdir = pathlib.Path(workdir)
  study = read_study(workdir)
  arms = numbers.make_arms(study)
  figure = _figure(study, arms)
  written = {"curve.csv": exports.curve_csv(study)}
  answer = _answer(study, arms)
  needed = numbers.needed(study, arms)
  _, kind = numbers.reference(study, arms)
  written["labels_needed.csv"] = exports.labels_needed_csv(needed, kind)
  written["answer.json"] = exports.answer_json(study.metric, answer)
  written["report.html"] = _render(study, arms, answer, needed, figure)
  stops = section.stops_csv(study, arms)
  if stops:
    written["stops.csv"] = stops
  if figure is not None:
    files.write_bytes(workdir / "learning_curve.png", figure)
  for name, text in written.items():
    files.write_bytes(workdir / name, csv_table.encode(text))
  return workdir / "report.html"


def _figure(study, arms):
  drawn = [arm for arm in arms if np.isfinite(arm.scores).any()]
  if not drawn:
    return None
  full, pool = numbers.full_interval(study), study.dataset.get("num_pool")
  return curves.learning_curves(drawn, full, pool, study.metric)


def read_answer(workdir: str | os.PathLike) -> tuple[str, ...]:
  """The sentences that `write_report` has put at the top of the page."""
  found = files.read_json(pathlib.Path(workdir) / "answer.json") or {}
  sentences = found.get("sentences")
  return tuple(map(str, sentences)) if isinstance(sentences, list) else ()


def _answer(study: Study, arms) -> Answer:
  score, labels = numbers.full_interval(study), None
  if score is not None:
    last = study.full[0].column("labels")[-1]
    labels = int(last) if np.isfinite(last) else None
  whole = score and Whole(score, labels)
  return make_answer(arms, study.metric, whole)


def _render(study: Study, arms, answer, needed, figure) -> str:
  galleries, missing = gallery.make_galleries(study, arms)
  context = {
    "figure": figure,
    "answer": answer.sentences,
    "glossary": glossary(study, arms, answer) if arms else [],
    "galleries": galleries,
    "missing": [*study.missing, *missing],
  }
  common = _context(study, arms, needed)
  budgets = section.context(study, arms)
  return html.render("template.html.jinja", common | context | budgets)


def _context(study, arms, needed):
  full = numbers.full_interval(study)
  _, kind = numbers.reference(study, arms)
  return {
    "data": study.dataset,
    "title": str(study.dataset.get("name") or study.workdir.resolve().name),
    "metric": words.LABELS.get(study.metric, study.metric),
    "over_the_budget": names.OVER_THE_BUDGET,
    "summary": summary.summarise(study, arms),
    "arms": arms,
    "most_seeds": max((len(arm.runs) for arm in arms), default=0),
    "compared": sum(not arm.is_baseline for arm in arms),
    "full": full and _full_text(full, study),
    "final": tables.final(study, arms),
    "differences": tables.differences(arms, study.metric),
    "duels": tables.duels(arms),
    "measures": tables.measures(study, arms),
    "needed": tables.labels_needed(needed),
    "reference": kind,
    "times": tables.times(study, arms),
    "settings": tables.settings(study.config),
    "versions": tables.settings(study.versions),
    "definitions": _definitions(study),
    "outlines": _outlines(study),
    "acquisitions": words.explained([arm.name for arm in arms]),
    "warm": study.config.get("warm"),
    "max_per_group": study.config.get("max_per_group"),
    "scored": _scored(study),
    "mirrored": words.how_mirrored([row for r in study.runs for row in r.rows]),
    "unused": len(study.split.get("unused") or ()),
  }


def _full_text(full, study):
  text = words.number(full.mean)
  if np.isfinite(full.low):
    text += f" (95% interval {words.bounds(full)})"
  text += f", {words.counted(int(full.count), 'seed')}"
  fitted = words.how_fitted([row for run in study.full for row in run.rows])
  return ", ".join(filter(None, (text, fitted)))


def _definitions(study):
  found = {c for run in study.runs for row in run.rows for c in row}
  return [
    text.split(": ", 1) for c, text in names.METRICS.items() if c in found
  ]


def _scored(study):
  """What a score is of; "" where a run of before did not say."""
  about = study.dataset.get("scored")
  return words.scored(about, study.metric) if about else ""


def _outlines(study):
  """Class names with the colour of their outline."""
  names = (study.dataset.get("class_names") or [])[1:]
  colours = pictures.CLASS_COLOURS
  return [(str(n), colours[i % len(colours)]) for i, n in enumerate(names)]
