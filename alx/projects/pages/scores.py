"""How good the versions are on the frozen cases: curves, classes, groups."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from alx.projects.pages import history, outlooks
from alx.projects.pages.history import LEAST, Version
from alx.projects.store.project import Project
from alx.projects.store.state import TRAIN
from alx.report.article import Picture, Section
from alx.report.figures.versions import version_curve
from alx.report.tables import Table
from alx.report.words import NOTHING, bounds, counted, number


def section(project: Project, versions: Sequence[Version]) -> Section:
  """Curves against labels and hours, and what more labels would give."""
  judged = history.judged(versions)
  if not judged:
    why = "no version has been judged on frozen cases that have a label"
    return Section("How good the model is", (f"Not known: {why}.",))
  name = score_name(project)
  rows, points = [], []
  for version in judged:
    found = score_of(project, version)
    points.append((float(found.value), float(found.low), float(found.high)))
    rows.append(
      [
        f"v{version.number:03d}",
        f"{version.labels}",
        _hours(version.seconds),
        number(found.value),
        bounds(found),
        f"{len(version.gate['scores'])}",
        version.gate["decision"],
      ]
    )
  head = ["version", "labels", "hours of readers", name, "95% interval"]
  table = Table([*head, "frozen cases", "gate"], rows)
  lines = [_basis(project, judged[-1]), _no_curve(judged)]
  lines = [line for line in lines if line]
  pictures = []
  if len(judged) > 1:
    pictures = [_curve(judged, points, "labels", "labels trained on", name)]
    timed = [i for i, v in enumerate(judged) if np.isfinite(v.seconds)]
    if len(timed) > 1:
      own = [judged[i] for i in timed], [points[i] for i in timed]
      pictures.append(_curve(*own, "hours", "hours of readers", name))
  lines += outlooks.lines(project, judged)
  note = "Intervals: 95%, bootstrap over patients. A dash: not known."
  return Section(
    "How good the model is", tuple(lines), tuple(pictures), ((table, note),)
  )


def _no_curve(versions):
  """Why there is no curve, or what is not on that against hours."""
  if len(versions) < 2:
    return "There is no curve yet: one version alone was judged."
  unknown = [v.number for v in versions if np.isnan(v.seconds)]
  if not unknown:
    return ""
  names = ", ".join(f"v{number:03d}" for number in unknown)
  return (
    f"Not on a curve against hours: {names}; the time of some answers before "
    "was not measured."
  )


def score_name(project: Project) -> str:
  """What a score is called."""
  return "mean Dice" if project.segments else "share right"


def score_of(project: Project, version: Version):
  """Its mean on the frozen cases; None: it was never judged on any."""
  uids, values = history.cases_of(version)
  return history.score_of(project.state, uids, history.means_of(values))


def _basis(project, version):
  uids = version.gate["scores"]
  patients = {project.state.cases[u].group for u in uids}
  return (
    f"Measured on {counted(len(uids), 'frozen case')} of "
    f"{counted(len(patients), 'patient')} that no version was trained on; "
    f"{score_name(project)}. The line joins versions as they "
    "were fitted; a filled point was let serve by the gate. Where the patient "
    "of an image is not known, the image counts as one."
  )


def _curve(versions, points, what, axis, name):
  places = [
    v.labels if what == "labels" else v.seconds / 3600 for v in versions
  ]
  served = [v.served for v in versions]
  caption = (
    f"Score on the frozen cases against {axis}. Bars: 95% interval over "
    "patients. Filled: let serve by the gate."
  )
  if what == "hours":
    caption += " Hours include the labels of frozen cases."
  return Picture(version_curve(places, points, served, axis, name), caption)


def groups(project: Project, versions: Sequence[Version]) -> Section:
  """Scores of the version that serves by class, and by group of patients."""
  title = "Who it works for"
  current = [v for v in versions if v.number == project.state.current]
  if not current or not current[0].gate.get("scores"):
    return Section(title, ("Not known: no version that serves was judged.",))
  uids, values = history.cases_of(current[0])
  tables = []
  if project.segments:
    rows = [
      _row(project, name, uids, values[:, i], known=~np.isnan(values[:, i]))
      for i, name in enumerate(project.class_names[1:])
    ]
    head = ["class", "patients", "mean Dice", "95% interval", "worst case"]
    tables.append((Table(head, rows), "Cases without the class are left out."))
  strata = [project.state.cases[u].about.get("stratum", "") for u in uids]
  if not any(strata):
    lines = ("Scores per group of patients: not provided, no groups known.",)
    return Section(title, lines, (), tuple(tables))
  means = history.means_of(values)
  rows = [
    _row(project, name or "not known", uids, means, np.array(strata) == name)
    for name in sorted(set(strata))
  ]
  head = [
    "group",
    "patients",
    score_name(project),
    "95% interval",
    "worst case",
  ]
  if not project.segments:  # the worst of right and wrong says nothing
    head, rows = head[:-1], [row[:-1] for row in rows]
  head += ["of the cases to train on", "of those asked for"]
  shares = _asked_shares(project)
  rows = [
    [*row, *shares.get(name, (NOTHING, NOTHING))]
    for row, name in zip(rows, sorted(set(strata)), strict=True)
  ]
  note = f"Groups of fewer than {LEAST} patients are masked."
  table = Table(head, rows), note
  return Section(title, (_gap(rows),), (), (*tables, table))


def _asked_shares(project):
  """{group: (share of the cases to train on, of those that were asked for)}."""
  cases = project.state.cases
  pool = [uid for uid, case in cases.items() if case.part == TRAIN]
  asked = {task.uid for task in project.state.tasks()} & set(pool)
  counts = [
    Counter(cases[uid].about.get("stratum", "") for uid in uids)
    for uids in (pool, asked)
  ]
  return {
    name: tuple(
      f"{100 * own[name] / own.total():.0f}%" if own else NOTHING
      for own in counts
    )
    for name in counts[0]
  }


def _gap(rows):
  known = [(float(r[2]), r[0]) for r in rows if r[2] != NOTHING]
  if len(known) < 2:
    return "Too few groups are large enough to compare."
  (low, worst), (high, best) = min(known), max(known)
  return (
    f"The worst group is {worst} ({low:.3f}), the best {best} ({high:.3f}), "
    f"{high - low:.3f} apart."
  )


def _row(project, name, uids, means, known):
  kept = [uid for uid, is_known in zip(uids, known, strict=True) if is_known]
  patients = {project.state.cases[u].group for u in kept}
  if len(patients) < LEAST:
    return [name, f"fewer than {LEAST}", NOTHING, NOTHING, NOTHING]
  found = history.score_of(project.state, kept, means[known])
  worst = number(means[known].min())
  return [name, f"{len(patients)}", number(found.value), bounds(found), worst]


def _hours(seconds):
  return NOTHING if np.isnan(seconds) else f"{seconds / 3600:.2f}"
