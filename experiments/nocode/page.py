"""The page and the tables of a grid."""

import pathlib

from rich.console import Console

from alx.effort import fit
from alx.report.article import Section, write_article
from alx.runs.disk import owned, store
from alx.runs.disk.store import read_object
from experiments.nocode import origin, results, tables, targets
from experiments.nocode.flat import flat, flat_factors
from experiments.nocode.plan import NONE, expand
from experiments.nocode.pricing import Pricing
from experiments.nocode.rows import finished
from experiments.nocode.structures import rare_structure, structures_of
from experiments.nocode.study import Study

_TITLE = "What a labelling loop saves, and what the savings come from"


def write(
  study: Study, pricing: Pricing, share: float, console: Console
) -> pathlib.Path:
  """Writes tables and page of the rows that are finished.

  Args:
    study: the grid.
    pricing: of seconds and money.
    share: of the Dice of no draft and random items, to be reached.
    console: where the last table goes.
  """
  found = finished(study.workdir, study.plan)
  if pricing.pixel_mm and not _has_voxels(found):
    raise ValueError(
      "--pixel_mm: all data say their spacing, nothing is assumed; leave it out"
    )
  sections, written = [], {}
  abouts = {name: _about(study, name) for name in study.plan.data}
  for name in study.plan.data:
    of_data = {row: r for row, r in found.items() if row.data == name}
    lines = _lines_of(of_data, abouts, name, pricing)
    made = _tables_of(study, lines, pricing)
    sections.append(Section(name, _said(abouts[name]), (), made))
    for kind, rows in lines.items():
      rows = [flat(row) | _priced(pricing) for row in rows]
      written.setdefault(kind, []).extend(rows)
  factors = origin.factors(study, found, abouts, pricing, share)
  active = study.acquisition
  written["factors"] = list(map(flat_factors, factors))
  with owned.page_of(study.workdir):
    for kind, rows in written.items():
      if rows:
        store.write_rows(study.workdir / f"{kind}.csv", _filled(rows))
    page = write_article(
      study.workdir / "report.html",
      _TITLE,
      _summary(study, found, pricing),
      [
        _protocol(study, pricing, share),
        origin.section(factors, active),
        *sections,
      ],
    )
  origin.show(factors, active, console)
  return page


def _lines_of(found, abouts, name, pricing):
  """Arms, savings and structures of one data set."""
  about = abouts[name]
  arms, saved, structures = results.group(found), [], []
  costs = {row: origin.path_costs(r, abouts) for row, r in found.items()}
  equal = targets.at_equal_work(found, costs)
  for row, records in arms.items():
    none = arms.get(row._replace(draft=NONE))
    if none is None:
      continue
    if row.draft != NONE:
      saved.append(results.saving_of(row, records, none, pricing))
    structures += structures_of(row, records, none, about)
  return {
    "arms": [
      results.arm_of(row, r, pricing)._replace(dice_at_equal=equal[row])
      for row, r in arms.items()
    ],
    "savings": saved,
    "structures": sorted(structures, key=lambda line: line.structure),
  }


def _tables_of(study, lines, pricing):
  """The tables of one data set with their notes."""
  currency = pricing.rates and f"{pricing.rates.currency} {pricing.rates.year}"
  unit = lines["arms"][0].unit if lines["arms"] else "mm"
  active = study.acquisition
  return (
    (
      tables.arms_table(lines["arms"], active, currency),
      "Intervals: Dice over seeds, the others over patients. At equal contour: "
      "when as much was drawn as the arm that drew least drew in all.",
    ),
    (
      tables.savings_table(lines["savings"], active, currency, unit),
      "Without a draft minus with it, per exam behind the start, over "
      "patients; below 0 drafts cost.",
    ),
    (
      tables.structures_table(lines["structures"], active, unit),
      "Rare: in the fewest cases of the pool, then of the fewest voxels.",
    ),
  )


def _filled(rows):
  """Rows of the same columns: what one of them lacks is empty."""
  head = dict.fromkeys(name for row in rows for name in row)
  return [{name: row.get(name, "") for name in head} for row in rows]


def _has_voxels(found):
  """Whether an exam has a contour in voxels."""
  return any(
    case["unit"] == "voxels"
    for record in found.values()
    for case in record["rounds"][0]["cases"]
  )


def _priced(pricing):
  """Whose money a row has."""
  rates = pricing.rates
  return {"currency": rates.currency, "year": rates.year} if rates else {}


def _about(study, name):
  path = study.workdir / name / "labels.json"
  return read_object(path, "what a data set holds", "run the command again")


def _said(about):
  rare = about["structures"][rare_structure(about)]
  return (
    f"{about['pool']} items in the pool, {len(about['test_labels'])} test "
    f"items; structures {', '.join(about['structures'])}; rare is {rare}.",
  )


def _summary(study, found, pricing):
  total = len(expand(study.plan))
  return (
    f"{len(found)} of {total} loops are finished. Readers are simulated; "
    f"{_origin_of_seconds(pricing)}."
  )


def _origin_of_seconds(pricing):
  if pricing.fitted:
    return fit.line_of(pricing.fitted)
  return (
    f"seconds are a scenario, a range over {len(pricing.prices)} price lists, "
    "never a point: there is no calibration"
  )


def _protocol(study, pricing, share):
  plan = study.plan
  lines = [
    f"Readers: {', '.join(plan.readers)}; the oracle is an upper bound. "
    f"Drafts: {', '.join(plan.drafts)}; a fixed model is that of the start. "
    f"Selection: {', '.join(plan.selections)}, active is {study.acquisition}. "
    f"{plan.seeds} seeds, paired: the same start, first weights and opinions.",
    "Everything is charged: opening and viewing of accepted cases, drafts that "
    "are thrown away, the starting set, the frozen test labels, fits that an "
    "arm needs. Readers do not wait for a fit.",
    f"Target: {share:g} of the Dice that no draft and random items end with, "
    "by seed. Who never reaches it is charged all that was spent.",
  ]
  if pricing.pixel_mm:
    lines.append(
      f"Assumed: {pricing.pixel_mm:g} mm a pixel where data do not say it."
    )
  else:
    lines.append(
      "Data that do not say their spacing have contours in voxels, and neither "
      "seconds nor money."
    )
  if pricing.rates is None:
    lines.append("No money: no hour has a price.")
  return Section("Protocol", tuple(lines))
