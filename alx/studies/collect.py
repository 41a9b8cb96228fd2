"""What the rows of a study found: a table, a page, a report for each group."""

import dataclasses
import html
import pathlib
from collections.abc import Sequence
from urllib.parse import quote

import numpy as np
from rich.console import Console
from rich.table import Table

from alx import report
from alx.report import words
from alx.runs import compare
from alx.runs.disk import store
from alx.studies import rows
from alx.studies.rows import FULL, Row

_REMEDY = "restore it, or delete the folder to do its rows again"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Study</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
td, th {{ padding: .25rem .75rem; border-bottom: 1px solid #ccc; }}
td {{ text-align: right; font-variant-numeric: tabular-nums; }}
td:first-child {{ text-align: left; }}
.answer {{ border: 1.5px solid; padding: 0 1rem; margin-bottom: 2rem; }}
</style></head><body>
{answers}
<h1>Study</h1>
<p>{state}</p>
<p>Score on the test items after the last round, mean ± standard deviation over
finished seeds, their number in brackets. Follow a line for its curves,
intervals and pictures; a difference to read anything from is there, with
paired seeds, not here.</p>
<table><tr><th>Data, model, budget</th>{head}</tr>
{body}
</table>{told}</body></html>
"""
# Of the last row of spent.csv, in the table of rows.
_SPENT = "items", "slices", "voxels", "boundary_mm", "label_accuracy", "cost"


def collect(
  workdir: pathlib.Path, table: Sequence[Row], console: Console
) -> pathlib.Path:
  """Writes rows.csv, a report for each group, and index.html.

  Works at any time; what is not finished is said to be so.

  Returns:
    Where index.html is.
  """
  states = _with_spent([_state(workdir, row) for row in table])
  store.write_rows(workdir / "rows.csv", states)
  groups = list(dict.fromkeys(row.group for row in table))
  linked = {g for g in groups if _report(workdir, g, table)}
  names = list(dict.fromkeys(row.acquisition for row in table))
  cells = {
    group: [_cell(states, group, name) for name in names] for group in groups
  }
  done = sum(state["state"] == "finished" for state in states)
  text = f"{done} of {len(states)} rows are finished."
  begun = {state["group"] for state in states if state["rounds"]}
  answers = {g: report.read_answer(workdir / g) for g in groups if g in begun}
  console.print(text)
  _tell(answers, console)
  console.print(_table(names, cells))
  page = workdir / "index.html"
  head = _box(answers)
  told = _told({group: _unit(workdir, table, group) for group in groups})
  store.write_text(page, _page(head, text, names, cells, linked, told))
  return page


def _tell(answers, console):
  """What came out of each group, in three lines at most."""
  for group, sentences in answers.items():
    if len(answers) > 1:
      console.print(f"{group}:", markup=False, soft_wrap=True)
    compare.tell_answer(sentences, console)


def _box(answers):
  """The same at the top of the page, in whole."""
  lines = [
    f"<p><b>{html.escape(group)}</b>: {html.escape(' '.join(sentences))}</p>"
    for group, sentences in answers.items()
  ]
  return "\n".join(['<div class="answer">', *lines, "</div>"] if lines else [])


def _unit(workdir, table, group):
  """What one label of a group is; "" of whole items."""
  path = workdir / group / "config.json"
  if path.exists():
    return words.unit_told(store.read_object(path, "settings", _REMEDY))
  config = next(row.config for row in table if row.group == group)
  return words.unit_told(dataclasses.asdict(config))


def _told(units):
  """What one label was in each group, below the table; "" of whole items."""
  lines = [
    f"<dt>{html.escape(group)}</dt><dd>{html.escape(text)}</dd>"
    for group, text in units.items()
    if text
  ]
  if not lines:
    return ""
  return "\n".join(["\n<h2>What one label was</h2>", "<dl>", *lines, "</dl>\n"])


def _with_spent(states):
  """Without the columns that no row has; whole items have no spent.csv."""
  kept = [name for name in _SPENT if any(state[name] for state in states)]
  left_out = {*_SPENT} - {*kept}
  return [
    {name: value for name, value in state.items() if name not in left_out}
    for state in states
  ]


def _state(workdir, row):
  """A line of rows.csv."""
  count = rows.finished_rounds(workdir, row)
  curve = store.read_rows(rows.folder(workdir, row) / "curve.csv")[:count]
  wanted = rows.wanted_rounds(row)
  state = "waiting" if not curve else "begun"
  if len(curve) >= wanted:
    state = "finished"
  metric = _metric(workdir, row.group)
  last, spent = {}, {}
  if state == "finished":
    last = curve[wanted - 1]
    told = store.read_rows(rows.folder(workdir, row) / "spent.csv")
    spent = {r["round"]: r for r in told}.get(last.get("round"), {})
  return {
    "row": row.number,
    "group": row.group,
    "acquisition": row.acquisition,
    "seed": row.seed,
    "state": state,
    "rounds": len(curve),
    "labels": last.get("labels", ""),
    "metric": metric,
    "score": last.get(metric, ""),
    **{name: spent.get(name, "") for name in _SPENT},
  }


def _metric(workdir, group):
  path = workdir / group / "dataset.json"
  if not path.exists():
    return ""
  return store.read_object(path, "what the data are", _REMEDY).get("metric", "")


def _report(workdir, group, table):
  """The group's report.html; False if none of its rows has begun."""
  folder = workdir / group
  mine = [row for row in table if row.group == group]
  asked = [row.acquisition for row in mine if row.acquisition != FULL]
  if not (folder / "config.json").exists():
    return False
  config = store.read_object(folder / "config.json", "settings", _REMEDY)
  config |= {
    "acquisition": list(dict.fromkeys(asked)),
    "seeds": 1 + max(row.seed for row in mine),
    "first_seed": 0,
    "full": any(row.acquisition == FULL for row in mine),
  }
  store.write_json(folder / "config.json", config)
  report.write_report(folder)
  return True


def _cell(states, group, name):
  """Mean ± sd and number of the finished rows."""
  values = [
    float(state["score"])
    for state in states
    if (state["group"], state["acquisition"]) == (group, name)
    and state["state"] == "finished"
  ]
  values = np.array([v for v in values if not np.isnan(v)])
  if not len(values):
    return "–"
  spread = f" ± {values.std(ddof=1):.3f}" if len(values) > 1 else ""
  return f"{values.mean():.3f}{spread} ({len(values)})"


def _table(names, cells):
  table = Table()
  for name in ("data, model, budget", *names):
    table.add_column(name)
  for group, row in cells.items():
    table.add_row(group, *row)
  return table


def _page(answers, text, names, cells, linked, told):
  head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
  lines = []
  for group, row in cells.items():
    name = html.escape(group)
    if group in linked:
      name = f'<a href="{quote(group, safe="+")}/report.html">{name}</a>'
    values = "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
    lines.append(f"<tr><td>{name}</td>{values}</tr>")
  return _PAGE.format(
    answers=answers, state=text, head=head, body="\n".join(lines), told=told
  )
