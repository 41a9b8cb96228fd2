"""An answer that comes when a reviewer has decided."""

from alx import projects
from alx.projects.answers.flags import UNUSED
from alx.projects.work.status import lines_of
from tests.projects import small_projects as small


def say(path, uid, label):
  small.fill(path / "out/reader1/worklist.csv", {uid: {"label": label}})
  return {x.what: x.line for x in small.taken(path.parents[1])[1]}[uid]


def told(folder):
  project = projects.open_project(folder)
  lines = lines_of(project, projects.status(project))
  return [line for line in lines if line.startswith("decided, and answered")]


def label_of(folder, uid):
  project = projects.open_project(folder)
  return project.class_names[projects.final_label(project.state, uid).label]


def test_an_answer_that_does_not_count_says_so(tmp_path):
  folder = small.of_pictures(tmp_path)
  path = small.asked(folder, query=1)
  uid = small.rows_of(path / "worklist.csv")[0]["uid"]
  assert say(path, uid, "dark") == "accepted"
  with projects.working(folder) as project:
    projects.review(project, uid, "reader1")
  assert told(folder) == []
  assert say(path, uid, "bright") == f"accepted [look at it: {UNUSED}]"
  assert label_of(folder, uid) == "dark"
  assert told(folder)[0].endswith(f": {uid}")
  with projects.working(folder) as project:
    projects.reopen(project, uid)
  assert label_of(folder, uid) == "bright" and told(folder) == []


def test_an_answer_that_a_reviewer_takes_after_all_counts(tmp_path):
  folder = small.of_pictures(tmp_path)
  path = small.asked(folder, query=1)
  uid = small.rows_of(path / "worklist.csv")[0]["uid"]
  for label in ("dark", "bright"):
    say(path, uid, label)
    with projects.working(folder) as project:
      projects.review(project, uid, "reader1")
  assert label_of(folder, uid) == "bright" and told(folder) == []
