"""The auditor's page: data, versions of the model, decisions of the gate."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from alx.projects.cases.targets import grid_of
from alx.projects.pages import history, scores
from alx.projects.pages.history import Answers, Version
from alx.projects.store.events import Event
from alx.projects.store.project import Project
from alx.projects.store.questions import final_labels
from alx.projects.work.settings import GIVEN
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import counted, listed, number

NOT_PROVIDED = "not provided"
_ORIGINS = {
  "expert": "drawn or chosen without a draft, or instead of one",
  "edited_draft": "drafts that were edited",
  "accepted_draft": "drafts that were accepted as they were",
}


def data_card(project: Project, given: Answers) -> Section:
  """What the images and labels are, as far as the project knows."""
  state, settings = project.state, project.settings
  cases = list(state.cases.values())
  rows = [
    ["images", f"{len(cases)} ({settings['kind']}s)"],
    ["patients", _patients(cases)],
    ["left out", left_out(project)],
    ["parts", _parts(project)],
    ["extent in voxels", _extents(cases)],
    ["voxels in mm", _spacings(cases)],
    ["channels", _values(c.about["channels"] for c in cases)],
    ["classes", listed(project.class_names)],
    ["label map", f"sha256 {settings['label_map_sha256']}"],
    ["labels by origin", _origins(project)],
    ["answers refused", f"{len(state.refused)}, never kept as labels"],
    ["who answered", _readers(given)],
    ["identifiers", identifiers()],
    ["modality, scanner, sites, dates", NOT_PROVIDED],
    ["age, sex, and other groups of patients", NOT_PROVIDED],
    ["inclusion and exclusion criteria", NOT_PROVIDED],
    ["licence, consent, ethics", NOT_PROVIDED],
  ]
  return Section("Data card", (), (), (), (Table([], rows),))


def _patients(cases):
  known = {c.patient for c in cases if c.patient}
  alone = sum(not c.patient for c in cases)
  text = f"not known of {counted(alone, 'image')}: each counts as a patient"
  if not known:
    return text
  return f"{len(known)}; {text}" if alone else f"{len(known)}"


def left_out(project: Project) -> str:
  """How many images could not be used; the reasons are in the log."""
  count = len(project.state.left_out)
  return f"{count}; the reason of each is in the log" if count else "none"


def _parts(project):
  counts = Counter(case.part for case in project.state.cases.values())
  told = ", ".join(f"{n} {part}" for part, n in sorted(counts.items()))
  return f"{told}; whole patients, drawn before anything was asked"


def _extents(cases):
  shapes = [tuple(c.about["shape"]) for c in cases]
  low = " × ".join(map(str, np.min(shapes, 0))) if _even(shapes) else ""
  high = " × ".join(map(str, np.max(shapes, 0))) if _even(shapes) else ""
  if not low:
    return "of two and of three axes"
  return low if low == high else f"{low} to {high}, each axis by itself"


def _even(shapes):
  return len({len(s) for s in shapes}) == 1


def _spacings(cases):
  sides = []
  for case in cases:
    spacing = grid_of(case).spacing_mm
    if spacing is not None:
      sides.append(spacing)
  if not sides:
    return f"{NOT_PROVIDED}: the files do not say"
  low, high = (
    " × ".join(f"{x:.3g}" for x in end)
    for end in (np.min(sides, 0), np.max(sides, 0))
  )
  return low if low == high else f"{low} to {high}, each axis by itself"


def _values(values):
  counts = Counter(values)
  return ", ".join(
    f"{v} ({counted(n, 'image')})" for v, n in sorted(counts.items())
  )


def _origins(project):
  found, labels = Counter(), final_labels(project.state)
  for uid in project.state.cases:
    label = labels.get(uid)
    if label is None:
      found["none yet"] += 1
    elif uid in project.state.decided:
      found["chosen by a reviewer"] += 1
    elif label.reader == GIVEN:
      found["there at the start"] += 1
    else:
      found[_ORIGINS[label.about.get("source", "expert")]] += 1
  return ", ".join(f"{n} {what}" for what, n in sorted(found.items()))


def _readers(given):
  counts = Counter(s.reader for s in given.all)
  told = ", ".join(f"{name} ({n})" for name, n in sorted(counts.items()))
  return f"{told or 'nobody yet'}; training and experience {NOT_PROVIDED}"


def identifiers() -> str:
  """How the project keeps patients' names out."""
  return (
    "images are copied without the text of their headers; cases and patients "
    "have pseudonyms, unless the names of files were kept on request; the key "
    "lies outside of the project. Pixels and faces are not altered"
  )


def model_cards(project: Project, versions: Sequence[Version]) -> list[Section]:
  """A card for each version, the newest first."""
  if not versions:
    return [Section("Model cards", ("No version has been fitted.",))]
  return [_card(project, version) for version in reversed(versions)]


def state_of(project: Project, version: int) -> str:
  """Whether it serves, has served, or why not, in words."""
  if version == project.state.current:
    return "serves"
  words = {"promoted": "served before", "made": "not judged yet"}
  state = project.state.models[version].state
  return words.get(state, state)


def _card(project, version):
  about, found = version.about, scores.score_of(project, version)
  update = about.get("update", {})
  mode = update.get("mode", update) if isinstance(update, dict) else update
  seconds = about.get("seconds")
  score = "not measured"
  if found is not None:
    ends = f" [{number(found.low)}, {number(found.high)}]"
    ends = ends if np.isfinite(found.low) else " (no interval)"
    cases = counted(len(version.gate["scores"]), "frozen case")
    score = f"{scores.score_name(project)} {number(found.value)}{ends}, {cases}"
  rows = [
    ["state", state_of(project, version.number)],
    ["fitted", f"{version.made[:16].replace('T', ' ')} UTC"],
    ["trained on", counted(version.labels, "label")],
    ["labels", f"sha256 {about['labels_sha256']}"],
    ["label map", f"sha256 {about['label_map_sha256']}"],
    ["parameters", about["parameters"]],
    ["update", f"{mode or NOT_PROVIDED}"],
    ["started from", about.get("start") or "nothing"],
    ["labels of weight 0", f"{len(about.get('left_out', ()))}"],
    ["software", f"alx {about.get('code', NOT_PROVIDED)}"],
    ["seconds of the fit", NOT_PROVIDED if seconds is None else f"{seconds:g}"],
    ["files", f"{len(about['files'])}, each with its sha256 in the log"],
    ["score", score],
    ["by class", _by_class(project, version)],
    ["calibration error", _calibration(version)],
    [
      "intended use",
      f"drafts for the readers of this project; else {NOT_PROVIDED}",
    ],
    ["limits", _limits(project, version)],
  ]
  name = f"v{version.number:03d}"
  return Section(f"Model card of {name}", (), (), (), (Table([], rows),))


def _by_class(project, version):
  _, values = history.cases_of(version)
  if not len(values) or not project.segments:
    return NOT_PROVIDED if project.segments else "see the score"
  known = ~np.isnan(values)
  means = np.where(known, values, 0).sum(0) / np.maximum(known.sum(0), 1)
  return ", ".join(
    f"{name} {number(mean) if count else 'in no case'}"
    for name, mean, count in zip(
      project.class_names[1:], means, known.sum(0), strict=True
    )
  )


def _calibration(version):
  found = version.gate.get("calibration")
  return "not measured" if found is None else number(found)


def _limits(project, version):
  uids = version.gate.get("scores", {})
  patients = {project.state.cases[u].group for u in uids}
  return (
    f"judged on {counted(len(patients), 'patient')} of the same source as the "
    "training images; nothing from elsewhere was tried"
  )


def decisions(events: Sequence[Event]) -> Section:
  """What the gate, and people, have decided on versions."""
  rows = []
  for event in events:
    if event.kind in ("gated", "rolled_back"):
      version, what, reasons = _decision(event)
      when = f"{event.time[:16].replace('T', ' ')} UTC, event {event.number}"
      rows.append([version, f"{what}\n{when}", reasons])
  if not rows:
    return Section("Decisions on versions", ("None so far.",))
  return Section("Decisions on versions", (), (), (), (Table([], rows),))


def _decision(event):
  about = event.about
  if event.kind == "gated":
    who = about.get("approver")
    by = f" Approver: {who['name']}, {who['role']}." if who else ""
    against = about.get("against")
    what = f"gate: {about['decision']}"
    what += f", against v{against:03d}" if against else ", none served"
    name = f"v{about['version']:03d}"
    lines = [line.removeprefix(f"{name}: ") for line in about["lines"]]
    lines = [x for x in lines if x != f"{name} {about['decision']}"] or lines
    return name, what, "; ".join(lines) + "." + by
  reason = about.get("reason") or NOT_PROVIDED
  return f"v{about['to']:03d}", "rolled back to", f"reason: {reason}"


def audit(project: Project, events: Sequence[Event]) -> Section:
  """The head of the chain, and how it is checked."""
  last = project.state.last
  counts = Counter(event.kind for event in events)
  rows = [[kind, f"{n}"] for kind, n in sorted(counts.items())]
  return Section(
    "Audit log",
    (
      f"{last.number} events, the last at {last.time}. Head of the chain "
      f"(sha256): {last.sha256}",
      "Each event holds the hash of the one before. `alx project verify DIR "
      "--head=...` with this head finds a log that was edited, shortened or "
      "written anew. This makes tampering evident; it is no certificate.",
    ),
    (),
    ((Table(["kind of event", "count"], rows), ""),),
  )
