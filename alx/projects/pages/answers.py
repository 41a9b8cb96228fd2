"""What readers did with drafts, and whether that drifts."""

from collections import Counter

import numpy as np
import scipy.stats

from alx.projects.pages.history import Answers
from alx.projects.store.project import Project
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import NOTHING, counted, number, p_value

_REPLIES = ("accept", "edit", "reject")


def shares(project: Project, answers: Answers) -> Section:
  """Accept, edit, reject by the version whose draft it was."""
  found = _with_draft(answers)
  rows = []
  for version in sorted({s.about["model"] for s in found}):
    own = Counter(s.decision for s in found if s.about["model"] == version)
    total = sum(own.values())
    cells = [_share(own[name], total) for name in _REPLIES]
    rows.append([f"v{version:03d}", f"{total}", *cells])
  alone = len(answers.all) - len(found)
  skips = len(project.state.skips)
  lines = [
    f"{counted(len(found), 'answer')} to a draft, {alone} without one, "
    f"{counted(skips, 'case')} skipped."
  ]
  head = ["draft of", "answers", "accepted as it was", "edited", "rejected"]
  note = (
    "Rejected: drawn anew instead of the draft. Below each share its 95% "
    "interval (Wilson)."
  )
  tables = ((Table(head, rows), note),) if rows else ()
  return Section("What readers did with drafts", tuple(lines), (), tables)


def _with_draft(answers):
  return [s for s in answers.all if s.about.get("model")]


def _share(count, total):
  """'40%' and the interval of Wilson (1927) below."""
  ends = scipy.stats.binomtest(count, total).proportion_ci(method="wilson")
  low, high = (f"{100 * x:.0f}" for x in (ends.low, ends.high))
  return f"{100 * count / total:.0f}% ({count})\n{low} to {high}%"


def drift(project: Project, answers: Answers) -> Section:
  """Whether what comes in, or what readers do with it, changes by round."""
  rows = []
  for number_, made in sorted(project.state.rounds.items()):
    own = [s for s in answers.all if s.round == number_]
    rows.append(
      [
        f"{number_}",
        f"v{made.model:03d}" if made.model else "none",
        f"{len(own)}",
        _accepted(own),
        _median(
          [s.about.get("changed_voxels") for s in own if s.about.get("model")]
        ),
        _entropy(made),
        _median([s.about.get("seconds") for s in own]),
      ]
    )
  if not rows:
    return Section("Drift", ("Not known: no round was asked for.",))
  head = ["round", "drafts of", "answers", "drafts accepted"]
  head += ["median voxels changed", "mean entropy of drafts", "median seconds"]
  note = (
    "Rounds are chosen, not drawn by chance: a change may be one of the choice "
    "or of the version, and is a reason to look, not a proof."
  )
  table = Table(head, rows), note
  if not project.segments:  # no voxels to change
    table = (
      table[0]._replace(
        head=[*head[:4], *head[5:]], rows=[[*r[:4], *r[5:]] for r in rows]
      ),
      note,
    )
  return Section("Drift", (_change(answers),), (), (table,))


def _accepted(answers):
  drafts = [s for s in answers if s.about.get("model")]
  if not drafts:
    return NOTHING
  return f"{sum(s.decision == 'accept' for s in drafts)} of {len(drafts)}"


def _median(values):
  known = [v for v in values if v is not None]
  return f"{np.median(known):.0f}" if known else NOTHING


def _entropy(made):
  found = [
    t.draft.summary["entropy_mean"]
    for t in made.tasks
    if t.draft and "entropy_mean" in t.draft.summary
  ]
  return number(np.mean(found), 4) if found else NOTHING


def _change(answers):
  """Fisher's exact test of the last round's acceptance against before."""
  drafts = _with_draft(answers)
  last = max((s.round for s in drafts), default=0)
  split = [[], []]
  for answer in drafts:
    split[answer.round == last].append(answer.decision == "accept")
  if not all(split):
    return (
      "Drift of the acceptance: not known, it takes two rounds with drafts."
    )
  table = [[sum(part), len(part) - sum(part)] for part in split]
  p = scipy.stats.fisher_exact(table).pvalue
  before, now = (f"{sum(part)} of {len(part)}" for part in split)
  return (
    f"Drafts accepted in round {last}: {now}; before: {before} (Fisher's exact "
    f"test, p = {p_value(p)})."
  )
