"""Pages of a project: from the log alone, without a name of anybody."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from alx import projects
from alx.projects.pages import effort, history, scores
from alx.projects.report import write_report
from alx.projects.store import log
from alx.projects.work.fit import reading_of, seen_by, training_cases
from tests.projects import small_projects as small
from tests.projects.label_files import a_label

PLANTED = "Mustermann"


def text_of(page):
  """What a reader sees, without pictures and tags."""
  found = page.read_text("utf-8").split("</style>")[1]
  found = re.sub(r'<img src="[^"]*"', "<img", found)
  return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def pages_of(folder):
  pages = write_report(projects.open_project(folder))
  return text_of(pages.report), text_of(pages.audit)


def a_version(project, number, labels, scores, **gate):
  """Events of a version that was fitted and judged; no file of it."""
  about = {
    **{"version": number, "labels": labels, "labels_sha256": f"l{number}"},
    **{"label_map_sha256": "m", "parameters": f"p{number}", "files": {}},
    **{"update": {"mode": "scratch"}, "code": "1"},
  }
  gated = {
    **{"version": number, "against": number - 1, "decision": "promoted"},
    **{"lines": [f"v{number:03d} promoted"], "scores": scores} | gate,
  }
  project.add(
    ("fit_done", about), ("gated", gated), ("promoted", {"version": number})
  )


def an_answer(project, uid, label, seconds=None, version=0, **more):
  """The event of an answer."""
  about = {
    **{"case": uid, "reader": "reader1", "round": 1, "label": label},
    **{"file_sha256": "f", "decision": "scratch", "source": "expert"},
    **{"seconds": seconds, "time_source": "opened" if seconds else ""},
    **{"model": version, "draft_sha256": "", "arm": "blind", "flags": []},
  }
  project.add(("submitted", about | more))


def classes(tmp_path, count=12, **settings):
  """A project of classes with a round of drafts of v001 by chance withheld."""
  folder = small.of_pictures(tmp_path, count, validation=0.5, **settings)
  with projects.working(folder) as project:
    frozen = [u for u, c in project.state.cases.items() if c.part != "train"]
    a_version(project, 1, 4, {u: [float(i > 1)] for i, u in enumerate(frozen)})
    project.add(("round_made", {"round": 1, "model": 1, "method": "entropy"}))
  return folder


def test_an_empty_project_says_what_is_not_known(tmp_path):
  report, audit = pages_of(small.of_volumes(tmp_path))
  assert "0 cases of 4 labelled by 0 readers in 0 rounds" in report
  assert "No model serves yet" in report
  assert "Not known: no case was answered twice" in report
  assert "No version has been fitted" in audit
  assert "Funding not provided" in audit


def test_the_score_is_the_mean_of_the_frozen_cases(tmp_path):
  folder = classes(tmp_path)
  project = projects.open_project(folder)
  report, audit = pages_of(folder)
  assert "v001 serves: share right 0.667 on 6 frozen cases" in report  # 4 of 6
  assert "There is no curve yet" in report
  assert "No forecast" in report
  assert "v001 gate: promoted, none served" in audit
  assert project.state.last.sha256 in audit


@pytest.mark.parametrize(
  ("right", "line"),
  [
    (  # a curve that bends as most do, beside the 4 of 6 of v001
      [4.8, 5.4, 5.7],
      "Labels still help: from 16 to 32 labels the score changed by +0.045 "
      "(95% interval over 6 patients +0.039 to +0.051).",
    ),
    (
      [4, 4, 4],
      "The last labels are not shown to have helped: from 16 to 32 labels the "
      "score changed by \N{MINUS SIGN}0.005",
    ),
    (
      [4, 4, 2],
      "The model has become worse: from 16 to 32 labels the score changed by "
      "\N{MINUS SIGN}0.338",
    ),
    (
      [3],
      "The last labels are not shown to have helped: from 4 to 8 labels the "
      "score changed by \N{MINUS SIGN}0.167 (95% interval over 6 patients",
    ),
    (
      [],
      "Whether labels still help is not known: there are versions with one "
      "number of labels, two wanted.",
    ),
  ],
)
def test_whether_labels_still_help_is_told(tmp_path, right, line):
  folder = classes(tmp_path)
  with projects.working(folder) as project:
    frozen = [u for u, c in project.state.cases.items() if c.part != "train"]
    for version, sum_ in enumerate(right, 2):
      more = 0.01 * (version % 2)  # in every second case
      each = {u: [sum_ / 6 + more * (i % 2)] for i, u in enumerate(frozen)}
      a_version(project, version, 4 * 2 ** (version - 1), each)
  assert line in pages_of(folder)[0]


def test_hours_are_told_only_if_all_answers_were_timed(tmp_path):
  folder = classes(tmp_path)
  with projects.working(folder) as project:
    uids = sorted(project.state.cases)
    an_answer(project, uids[0], 1, 1800)
    a_version(project, 2, 5, {uids[0]: [1.0]})
    an_answer(project, uids[1], 1)
    a_version(project, 3, 6, {uids[0]: [1.0]})
  project = projects.open_project(folder)
  found = history.versions_of(project.state, log.read(folder)[0])
  np.testing.assert_equal([v.seconds for v in found], [np.nan, 1800, np.nan])


@pytest.mark.parametrize(
  ("count", "each", "verdict", "shares"),
  [
    (12, 3, "No verdict: 3 patients in an arm, wanted 5.", "44 to 100%"),
    (20, 5, "Verdict: automate.", "57 to 100%"),
  ],
)
def test_savings_compare_drafts_with_those_withheld_by_chance(
  tmp_path, count, each, verdict, shares
):
  folder = classes(tmp_path, count)
  with projects.working(folder) as project:
    train = [u for u, c in project.state.cases.items() if c.part == "train"]
    for i, uid in enumerate(train):
      arm = {"arm": "draft", "decision": "accept"} if i % 2 else {}
      an_answer(project, uid, 1, 20 if i % 2 else 50, 1 if i % 2 else 0, **arm)
  report, _ = pages_of(folder)
  assert "Saving per case: 30.0 s [30.0, 30.0]" in report  # 50 - 20
  assert f"{each} cases without a draft by chance against {each} with" in report
  assert verdict in report
  told = "Drafts save a reader's time: 30.0 s [30.0, 30.0] per case."
  assert (told in report.replace("&#39;", "'")) == (each >= 5)
  assert f"v001 {each} 100% ({each}) {shares}" in report  # n / (n + 1.96^2)


def test_without_seconds_work_is_in_mm_and_counts(tmp_path):
  folder = small.of_volumes(tmp_path, 4)
  path = small.asked(folder, query=2)
  for row in small.rows_of(path / "worklist.csv"):
    small.save(path / row["labels_out"])
  small.taken(folder)
  report, audit = pages_of(folder)
  assert "No time was measured in 2 answers" in report
  assert "drawn without a draft 2 mm" in report
  assert "Saving per case: not known" in report
  assert "2 drawn or chosen without a draft" in audit
  project = projects.open_project(folder)
  done = effort.work_of(project, history.answers_of(project.state))
  whole = done[0].totals
  assert whole.added == whole.whole > 0 and whole.erased == 0


def test_two_readers_of_a_case_are_compared(tmp_path):
  folder = small.of_volumes(tmp_path, 4, readers=("anna", "ben"))
  path = small.asked(folder, query=2)
  rows = small.rows_of(path / "worklist.csv")
  for reader in ("anna", "ben"):
    (path / "out" / reader).mkdir(exist_ok=True)
    small.save(path / "out" / reader / f"{rows[0]['uid']}.nii.gz")
  small.taken(folder)
  report, _ = pages_of(folder)
  assert "1 case answered twice or more" in report
  assert "anna, ben: anterior 1 1.000 1.000 1.000" in report
  told = f"In conflict (`alx project settle` or review): {rows[0]['uid']}"
  assert told in report


def test_groups_of_few_patients_are_masked(tmp_path):
  folder = classes(tmp_path, 24)
  project = projects.open_project(folder)
  for i, uid in enumerate(sorted(project.state.cases)):
    about = project.state.cases[uid].about
    about["stratum"] = "A" if i % 6 else "B"
  found = history.versions_of(project.state, log.read(folder)[0])
  ((table, note),) = scores.groups(project, found).tables
  by_name = {row[0]: row[1] for row in table.rows}
  assert by_name["B"] == "fewer than 5" and int(by_name["A"]) >= 5
  assert "masked" in note
  pool = [c for c in project.state.cases.values() if c.part == "train"]
  share = sum(c.about["stratum"] == "A" for c in pool) / len(pool)
  assert table.rows[0][-2:] == [f"{100 * share:.0f}%", "–"]


@pytest.mark.parametrize("where", ["scan_{}_" + PLANTED, PLANTED + "_{}"])
def test_no_name_of_a_patient_is_on_a_page(tmp_path, where):
  small.volumes(tmp_path / PLANTED, 4, where)
  made = projects.Settings(
    str(tmp_path / PLANTED), small.CLASSES, group_pattern=r"(\w+)"
  )
  folder = projects.begin(tmp_path / "project", made).project.folder
  path = small.asked(folder, query=2)
  rows = small.rows_of(path / "worklist.csv")
  small.save(path / rows[0]["labels_out"], a_label())
  skip = {"decision": "skip", "comment": f"{PLANTED} moved"}
  sheet = path / "out/reader1/worklist.csv"
  small.fill(sheet, {rows[1]["uid"]: skip})
  (path / "out/reader1" / f"{PLANTED}.nii.gz").write_bytes(b"x")
  small.taken(folder)
  for page in write_report(projects.open_project(folder)):
    assert PLANTED not in page.read_text("utf-8")


def test_a_label_drawn_instead_of_a_draft_is_an_experts(tmp_path):
  folder = small.of_volumes(tmp_path, 4)
  with projects.working(folder) as project:
    uid = sorted(project.state.cases)[0]
    an_answer(project, uid, "x", decision="reject", model=1)
    reading, _ = reading_of(project, training_cases(project))
  assert reading.uids == (uid,) and reading.weights is None


def test_what_was_not_withheld_by_chance_is_not_compared(tmp_path):
  folder = classes(
    tmp_path, 12, readers=("reader1", "ann", "clara"), seniors=("clara",)
  )
  with projects.working(folder) as project:
    train = [u for u, c in project.state.cases.items() if c.part == "train"]
    draft = {"arm": "draft", "decision": "accept"}
    for uid in train[:2]:
      an_answer(project, uid, 1, 20, 1, **draft)
      an_answer(project, uid, 1, 600, reader="clara")
    project.add(("round_made", {"round": 2, "model": 1, "method": "entropy"}))
    an_answer(project, train[2], 1, 300, round=2)  # nobody had a draft there
  project = projects.open_project(folder)
  blind, drafts = effort.arms_of(project, history.answers_of(project.state))
  assert not blind and [s.uid for s in drafts] == train[:2]


def test_the_time_of_an_answer_is_that_of_all_its_revisions(tmp_path):
  folder = classes(tmp_path)
  with projects.working(folder) as project:
    uids = sorted(project.state.cases)
    an_answer(project, uids[0], 1, 600)
    an_answer(project, uids[0], 0, 20)
    an_answer(project, uids[1], 1, 600)
    an_answer(project, uids[1], 0)  # a correction without a time
    for seconds in (50, 60):  # what a reader says is of the whole
      an_answer(project, uids[2], 1, seconds, time_source="self_reported")
    assert projects.status(project).seconds == 620 + 600 + 60
  answers = history.answers_of(projects.open_project(folder).state)
  found = {s.uid: s.about["seconds"] for s in answers.timed}
  assert found == {uids[0]: 620, uids[1]: 600, uids[2]: 60}


def test_what_the_start_of_a_version_has_seen_is_not_new():
  def model(start, *items):
    about = {"parameters": f"p{start}{items}", "update": {"items": items}}
    about["update"]["start"] = start
    return SimpleNamespace(about=about)

  first = model("", "a", "b")
  second = model(first.about["parameters"], "c")
  third = model(second.about["parameters"], "d")
  state = SimpleNamespace(models={1: first, 2: second, 3: third})
  assert seen_by(state, 3) == ["a", "b", "c", "d"]
  assert seen_by(state, 1) == ["a", "b"] and seen_by(state, 0) == []
