"""How long every fit took, as a table."""

import numpy as np

from alx.runs.disk import store
from alx.training.by_epochs.epochs import Course
from alx.training.learner import Learner
from experiments.kim import courses

NAN = np.nan


def rows_of(folder):
  return [
    tuple(map(int, r.values())) for r in store.read_rows(folder / "epochs.csv")
  ]


def test_a_fit_that_is_called_leaves_its_course():
  course = Course(np.zeros(2), np.int32(1))
  kept = []
  learner = courses.keep_courses(
    Learner(None, lambda *args: (args, course), None), kept
  )
  assert learner.fit("key", "params") == (("key", "params"), course)
  assert kept == [course]


def test_rounds_and_members_are_rows_and_a_repeat_replaces(tmp_path):
  one = Course(np.array([0.5, 0.4, 0.6, NAN]), np.int32(2))
  both = Course(np.stack([one.loss, [0.1, NAN, NAN, NAN]]), np.array([2, 1]))
  courses.write(tmp_path, 0, [one])
  left = [one, both]
  courses.write(tmp_path, 1, left)
  assert rows_of(tmp_path) == [(0, 0, 3, 2), (1, 0, 3, 2), (1, 1, 1, 1)]
  assert left == []
  courses.write(tmp_path, 1, [one])
  courses.write(tmp_path, 2, [])  # shared with another arm
  assert rows_of(tmp_path) == [(0, 0, 3, 2), (1, 0, 3, 2)]


def test_the_sentence_counts_what_the_limit_ended(tmp_path):
  assert courses.told(tmp_path, 4) == ()
  for seed, epochs in enumerate((4, 2)):
    rows = [{"round": 0, "member": 0, "epochs": epochs, "kept": 2}]
    store.write_rows(tmp_path / f"runs/random-seed{seed}/epochs.csv", rows)
  (text,) = courses.told(tmp_path, 4)
  assert "took 3.0 epochs on average and kept number 2.0; 50% of 2" in text
