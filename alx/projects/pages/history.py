"""What the log tells of versions, gates and answers, in the order of time."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from alx.projects.store.events import Event
from alx.projects.store.state import State, Submission
from alx.projects.work.settings import GIVEN
from alx.stats.resampling import Estimate, bootstrap, mean_of, percentile

LEAST = 5  # patients, below which nothing is said of a group or an arm


class Version(NamedTuple):
  """A version, as its last gate has seen it."""

  number: int
  made: str  # UTC, ISO 8601
  labels: int
  about: Mapping[str, Any]
  gate: Mapping[str, Any]  # of the last one; {}: it was never judged
  served: bool  # some time
  seconds: float  # of readers up to its fit; NaN: not all of them are known


class Answers(NamedTuple):
  """The answers of people, the last one of each case, reader and round."""

  all: tuple[Submission, ...]
  timed: tuple[Submission, ...]  # of which the seconds are known

  @property
  def seconds(self) -> float:
    """Of those that are known."""
    return float(sum(s.about["seconds"] for s in self.timed))


def answers_of(state: State) -> Answers:
  """What people have answered; labels that were there are not among it.

  The seconds are those of all its revisions: what was measured from the case
  being opened begins anew with each, what a reader says is of the whole.
  """
  revisions = {}
  for (uid, reader), answers in state.submissions.items():
    for answer in answers:
      if reader != GIVEN:
        revisions.setdefault((uid, reader, answer.round), []).append(answer)
  found = map(_with_all_time, revisions.values())
  found = tuple(sorted(found, key=lambda s: s.number))
  return Answers(found, tuple(s for s in found if is_timed(s)))


def _with_all_time(revisions):
  """The last revision of an answer, with the seconds of all."""
  timed = [s for s in revisions if is_timed(s)]
  each = [s.about["seconds"] for s in timed if _is_measured(s)]
  each += [s.about["seconds"] for s in timed if not _is_measured(s)][-1:]
  last = revisions[-1]
  if not timed:
    return last
  source = timed[-1].about.get("time_source")
  about = {**last.about, "seconds": sum(each), "time_source": source}
  return last._replace(about=about)


def _is_measured(answer):
  return answer.about.get("time_source") == "opened"


def is_timed(answer: Submission) -> bool:
  """Whether its seconds are known."""
  return (answer.about.get("seconds") or 0) > 0


def versions_of(state: State, events: Sequence[Event]) -> list[Version]:
  """The versions, as they were fitted."""
  fits = {e.about["version"]: e for e in events if e.kind == "fit_done"}
  gates = {e.about["version"]: e.about for e in events if e.kind == "gated"}
  served = {e.about["version"] for e in events if e.kind == "promoted"}
  answers = answers_of(state).all
  return [
    Version(
      number,
      event.time,
      event.about["labels"],
      event.about,
      gates.get(number, {}),
      number in served,
      _seconds([s for s in answers if s.number < event.number]),
    )
    for number, event in sorted(fits.items())
  ]


def judged(versions: Sequence[Version]) -> list[Version]:
  """Those with scores on frozen cases."""
  return [v for v in versions if v.gate.get("scores")]


def _seconds(answers):
  if not answers or not all(map(is_timed, answers)):
    return np.nan
  return float(sum(s.about["seconds"] for s in answers))


def cases_of(version: Version) -> tuple[list[str], np.ndarray]:
  """(uids N, scores [N, C']) of its gate; NaN where a class is in neither."""
  scores = version.gate.get("scores", {})
  rows = [[np.nan if x is None else x for x in r] for r in scores.values()]
  wide = len(rows[0]) if rows else 0
  return list(scores), np.array(rows, float).reshape(len(rows), wide)


def means_of(values: np.ndarray) -> np.ndarray:
  """[N] the mean over the classes of each case; 1 where there is nothing."""
  known = ~np.isnan(values)
  total = np.where(known, values, 0).sum(1)
  return np.where(known.any(1), total / np.maximum(known.sum(1), 1), 1.0)


def score_of(
  state: State, uids: Sequence[str], means: np.ndarray
) -> Estimate | None:
  """The mean of cases with its interval over patients; None: no case."""
  if not len(uids):
    return None
  patients = [state.cases[uid].group for uid in uids]
  if len(set(patients)) < 2:
    return Estimate(means.mean(), np.nan, np.nan, 1)
  return bootstrap(mean_of(means), patients, num_draws=2000, ends=percentile)
