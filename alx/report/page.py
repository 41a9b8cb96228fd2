"""Writes the report of a run directory, from its files alone."""

import os
import pathlib

import numpy as np

from alx import csv_table
from alx.data import files
from alx.report import arms as numbers
from alx.report import exports, html, summary, tables, words
from alx.report.answer.glossary import glossary
from alx.report.budgets import section
from alx.report.costs import section as costing
from alx.report.figures import curves, gallery, pictures
from alx.report.found.section import what_was_found
from alx.report.measures import names
from alx.report.measures.panels import answer_of, make_panels
from alx.report.measures.saturation import rises, warning
from alx.report.read import Study, read_study

_FEATURES = "features"  # what dataset.json calls rows in the place of images


def write_report(
  workdir: str | os.PathLike, study: Study | None = None
) -> pathlib.Path:
  """Writes report.html, learning_curve.png and the tables beside them.

  curve.csv, picks.csv and predictions.csv hold the rows of all runs;
  labels_needed.csv and differences.csv what is drawn from them, for every
  metric; answer.json the sentences at the top of the page, and their numbers.
  Where runs tell what their labels cost, spent.csv of all runs as one, and
  labels_needed.csv counts in that too.
  Where there are stop rules also stops.csv.

  Runs that are not finished and files that are missing are named in the page.

  Args:
    workdir: the run directory; read and written, nothing in it is changed.
    study: what is in it, where that was read before.

  Returns:
    Where report.html is.

  Raises:
    NotADirectoryError: `workdir` is no directory.
  """
  workdir = pathlib.Path(workdir)
  study = read_study(workdir) if study is None else study
  arms = numbers.make_arms(study)
  panels = make_panels(study, arms)
  warned = _warnings(study, panels)
  answer = _answer(study, arms, panels)
  costs, budgets = costing.look(study, arms), section.look(study, arms)
  about = costing.context(study, costs) | section.context(study, budgets)
  written = exports.tables_of(study, panels, costs.needed)
  written["answer.json"] = exports.answer_json(study.metric, answer, warned)
  written["report.html"] = _render(study, arms, panels, answer, warned, about)
  written["stops.csv"] = section.stops_csv(budgets) or ""
  _write(workdir / "learning_curve.png", _figure(study, arms))
  for name, text in written.items():
    _write(workdir / name, csv_table.encode(text))
  return workdir / "report.html"


def _write(path, content):
  """What there is nothing of any more, a report of before has left."""
  if content:
    files.write_bytes(path, content)
  else:
    path.unlink(missing_ok=True)


def _answer(study, arms, panels):
  """By the metric of the comparison, also where no run has a number of it."""
  if panels and panels[0].column == study.metric:
    return panels[0].answer
  return answer_of(study, arms)


def _figure(study, arms):
  drawn = [arm for arm in arms if np.isfinite(arm.scores).any()]
  if not drawn:
    return None
  full = numbers.full_interval(study)
  return curves.learning_curves(drawn, full, study.num_labels, study.metric)


def _warnings(study, panels):
  """Lines that belong to the answer."""
  found = rises([(panel.column, panel.arms) for panel in panels])
  lines = [warning(study.metric, found)]
  also = numbers.twins(study)
  if also:
    names = words.listed([words.plain(name) for name in also])
    lines.append(
      f"{names[0].upper()}{names[1:]} chose the same items as random in every "
      "round and seed: one row for both."
    )
  return [line for line in lines if line]


def read_answer(workdir: str | os.PathLike) -> tuple[str, ...]:
  """The sentences that `write_report` has put at the top of the page."""
  return _lines_of(workdir, "sentences")


def read_warnings(workdir: str | os.PathLike) -> tuple[str, ...]:
  """What the page says below them, such as of a metric that is saturated."""
  return _lines_of(workdir, "warnings")


def _lines_of(workdir, name):
  found = files.read_json(pathlib.Path(workdir) / "answer.json") or {}
  lines = found.get(name)
  return tuple(map(str, lines)) if isinstance(lines, list) else ()


def _render(study, arms, panels, answer, warned, about) -> str:
  galleries, missing = gallery.make_galleries(study, arms)
  context = {
    "panels": panels,
    "answer": answer.sentences,
    "warned": warned,
    "glossary": glossary(study, arms, answer) if arms else [],
    "galleries": galleries,
    "missing": [*study.missing, *missing],
  }
  common = _context(study, arms) | what_was_found(study, arms)
  return html.render("template.html.jinja", common | context | about)


def _context(study, arms):
  unit = study.dataset.get("distance_unit")
  return {
    "data": study.dataset,
    "title": str(study.dataset.get("name") or study.workdir.resolve().name),
    "metric": words.column(study.metric, unit),
    "metric_why": str(study.dataset.get("metric_why") or ""),
    "over_the_budget": names.OVER_THE_BUDGET,
    "summary": summary.summarise(study, arms),
    "arms": arms,
    "most_seeds": max((len(arm.runs) for arm in arms), default=0),
    "fewest_seeds": min((len(arm.runs) for arm in arms), default=0),
    "seeds_told": summary.seeds_of(arms) if arms else "0",
    "compared": sum(not arm.is_baseline for arm in arms),
    "measures": tables.measures(study, arms),
    "times": tables.times(study, arms),
    "settings": tables.settings(study.config),
    "versions": tables.settings(study.versions),
    "definitions": _definitions(study),
    "outlines": _outlines(study),
    "acquisitions": words.explained([arm.name for arm in arms]),
    "warm": study.config.get("warm"),
    "max_per_group": study.config.get("max_per_group"),
    "unit_told": words.unit_told(study.config),
    "scored": _scored(study),
    "mirrored": _mirrored(study),
    "unused": len(study.split.get("unused") or ()),
  }


def _mirrored(study):
  rows = [row for run in study.runs for row in run.rows]
  images = (study.dataset.get("images") or {}).get("values") != _FEATURES
  flips = study.config.get("flips") if images else None
  axes = study.config.get("flip_axes") or ()
  by_labels = bool(study.config.get("flips_by_labels"))
  return words.how_mirrored(rows, flips, axes, by_labels)


def _definitions(study):
  found = {c for run in study.runs for row in run.rows for c in row}
  return [
    text.split(": ", 1) for c, text in names.METRICS.items() if c in found
  ]


def _scored(study):
  """What a score is of; "" where a run of before did not say."""
  about = {"patients": None} | (study.dataset.get("scored") or {})
  needed = ("per", "kind", "items", "cases")
  known = all(about.get(name) is not None for name in needed)
  return words.scored(about, study.metric) if known else ""


def _outlines(study):
  """Class names with the colour of their outline."""
  names = (study.dataset.get("class_names") or [])[1:]
  colours = pictures.CLASS_COLOURS
  return [(str(n), colours[i % len(colours)]) for i, n in enumerate(names)]
