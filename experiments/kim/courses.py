"""How long the fits of a run took, and which epoch each kept: epochs.csv."""

import pathlib

import numpy as np

from alx.runs.disk import store
from alx.training.by_epochs.epochs import Course
from alx.training.learner import Learner

_NAME = "epochs.csv"


def keep_courses(learner: Learner, courses: list[Course]) -> Learner:
  """The learner whose fits, called from Python, also append their course."""

  def fit(*args):
    params, course = learner.fit(*args)
    courses.append(course)
    return params, course

  return learner._replace(fit=fit)


def write(folder: pathlib.Path, number: int, courses: list[Course]) -> None:
  """Writes the last course as that of a round, and forgets all.

  A round that an arm shares with another one is written for the first alone;
  one that is trained again, after a kill, replaces what there was.
  """
  if not courses:
    return
  course = courses[-1]
  courses.clear()
  members = zip(
    np.atleast_2d(course.loss), np.atleast_1d(course.at), strict=True
  )
  rows = [
    {
      "round": number,
      "member": member,
      "epochs": int((~np.isnan(loss)).sum()),
      "kept": int(at),
    }
    for member, (loss, at) in enumerate(members)
  ]
  path = folder / _NAME
  before = [r for r in store.read_rows(path) if r["round"] != str(number)]
  store.write_rows(path, [*before, *rows])


def told(workdir: pathlib.Path, most: int) -> tuple[str, ...]:
  """A sentence about the fits of all runs; none if none was recorded.

  Args:
    workdir: of the study.
    most: epochs at which a fit is ended.
  """
  paths = sorted(workdir.glob(f"runs/*/{_NAME}"))
  rows = [row for path in paths for row in store.read_rows(path)]
  if not rows:
    return ()
  epochs, kept = (
    np.array([int(row[name]) for row in rows]) for name in ("epochs", "kept")
  )
  return (
    f"A fit took {epochs.mean():.1f} epochs on average and kept number "
    f"{kept.mean():.1f}; {np.mean(epochs == most):.0%} of {len(rows)} fits "
    f"were ended by the limit of {most}. In the paper validation saturates at "
    "about 90.",
  )
