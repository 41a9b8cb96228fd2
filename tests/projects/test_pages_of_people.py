"""What readers say together, of the work, and what they cost: by hand."""

import numpy as np
import pytest

from alx import projects
from alx.effort import Rates
from alx.projects.pages import history, money
from alx.projects.people import survey
from alx.projects.report import write_report
from tests.projects import small_projects as small
from tests.projects.test_project_pages import an_answer, classes, text_of

RATES = Rates("USD", 2024, 180.0, compute_hour=3.6)  # 0.05 and 0.001 a second
CSV = "reader,group,question,answer\n"


def report_of(folder, rates=None):
  page = write_report(projects.open_project(folder), rates).report
  return text_of(page).replace("&#39;", "'")


def read_both_ways(folder, manual=50, assisted=20):
  """Every other case of the pool was read with a draft."""
  with projects.working(folder) as project:
    train = [u for u, c in project.state.cases.items() if c.part == "train"]
    for i, uid in enumerate(train):
      arm = {"arm": "draft", "decision": "accept"} if i % 2 else {}
      seconds = assisted if i % 2 else manual
      an_answer(project, uid, 1, seconds, 1 if i % 2 else 0, **arm)


def test_money_that_nobody_has_told(tmp_path):
  assert "Money: not known, give --reader_hour" in report_of(classes(tmp_path))


@pytest.mark.parametrize(
  ("seconds", "told"),
  [
    ((50, 20), "all cases 5 5 $1.50 [1.50, 1.50] automate"),
    ((20, 50), "all cases 5 5 -$1.50 [-1.50, -1.50] manual"),
    ((20, 20), "all cases 5 5 $0.00 [0.00, 0.00] assist"),
  ],
)
def test_a_verdict_for_each_task_and_none_clipped(tmp_path, seconds, told):
  folder = classes(tmp_path, 20)
  read_both_ways(folder, *seconds)
  page = report_of(folder, RATES)
  assert told in page
  total = 0.05 * 5 * sum(seconds)
  assert f"Spent: ${total:.2f} on reading, 10 answers" in page
  assert "Prices of USD 2024: 180 an hour of a reader" in page


def test_groups_are_tasks_of_their_own(tmp_path):
  folder = classes(tmp_path, 20)
  read_both_ways(folder)
  project = projects.open_project(folder)
  for i, case in enumerate(project.state.cases.values()):
    case.about["stratum"] = "AB"[i % 2]
  answers = history.answers_of(project.state)
  ((table, _),) = money.section(project, answers, RATES).tables
  assert [row[0] for row in table.rows] == ["all cases", "group A", "group B"]
  assert {row[-1] for row in table.rows[1:]} <= {
    "none: 1 patient of a kind",
    "none: 2 patients of a kind",
    "none: 3 patients of a kind",
    "not known: not read both ways",
  }


def test_an_assisted_exam_carries_its_part_of_the_fits(tmp_path):
  folder = classes(tmp_path, 20)
  read_both_ways(folder)
  project = projects.open_project(folder)
  answers = history.answers_of(project.state)
  arms = money.arms_of(project, answers)
  task = money.tasks_of(project, *arms)[0]
  found = money.saved(project, task, RATES, machine_s=500.0)
  assert found.value == pytest.approx(0.05 * (50 - 20) - 0.001 * 500)
  np.testing.assert_allclose([found.low, found.high], found.value)


def test_what_readers_say_of_the_work(tmp_path):
  folder = small.of_pictures(tmp_path / "p", 4, labels="none")
  path = tmp_path / "survey.csv"
  rows = "".join(
    f"{who},{group},{question},{answer}\n"
    for who, group, answer in (("anna", "junior", 5), ("ben", "senior", 3))
    for question in ("useful", *(f"sus{n}" for n in range(1, 11)))
  )
  path.write_text(CSV + rows)
  assert "columns reader, group, question, answer" in report_of(folder)
  with projects.working(folder) as project:
    assert survey.take(project, path) == "survey: 22 answers"
    assert survey.take(project, path) == "survey: 22 answers, unchanged"
  page = report_of(folder)
  # all fives: 2.5 (5 * 4 + 5 * 0) = 50; all threes: 2.5 (5 * 2 + 5 * 2) = 50
  assert "SUS all 2 50 50.000" in page
  assert "useful all 2 4 4.000" in page
  assert "useful junior 1 5 5.000" in page


def test_a_name_that_is_no_pseudonym_is_refused(tmp_path):
  folder = small.of_pictures(tmp_path / "p", 4, labels="none")
  path = tmp_path / "survey.csv"
  path.write_text(f"{CSV}Dr. Eva Muster,,useful,3\n")
  with (
    projects.working(folder) as project,
    pytest.raises(ValueError, match="readers of letters, digits"),
  ):
    survey.take(project, path)


def test_replies_and_repeats_are_told(tmp_path):
  folder = small.of_pictures(
    tmp_path, 8, readers=("anna",), query=4, repeats=0.25, labels="none"
  )
  for label in ("dark", "bright"):
    place = small.asked(
      folder, acquisition="random" if label == "bright" else ""
    )
    work = place / "out/anna/worklist.csv"
    uids = [row["uid"] for row in small.rows_of(work)]
    rows = {uid: {"label": label} for uid in uids}
    if label == "bright":
      last = next(uid for uid in uids if uid != "case_009")
      rows[last] = {"decision": "decline", "comment": "a relative"}
    small.fill(work, rows)
    small.taken(folder)
  page = report_of(folder)
  assert "anna 8 0 1 0" in page  # 4 and 3 and the repeat; one declined
  assert "anna, anna again 1 0.000" in page
  assert "1 case answered twice or more, 1 hidden repeat asked for." in page
