import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.projects.people import usability
from alx.projects.people.usability import Answer


def written(tmp_path, *lines, head="reader,group,question,answer"):
  path = tmp_path / "answers.csv"
  path.write_text("\n".join([head, *lines]) + "\n")
  return path


def test_answers_of_a_file(tmp_path):
  lines = ["R1,junior,useful,4", "R1,junior,easy,", " R2 ,senior,useful, 5 "]
  found = usability.read_answers(written(tmp_path, *lines))
  assert found == [
    Answer("R1", "junior", "useful", 4),
    Answer("R2", "senior", "useful", 5),
  ]
  path = written(tmp_path, "R1,useful,4", head="reader,question,answer")
  assert usability.read_answers(path) == [Answer("R1", "", "useful", 4)]


@pytest.mark.parametrize(
  ("lines", "found"),
  [
    (["R1,,useful,6"], r"1\.\.5 in line 2, found '6'"),
    (["R1,,useful,3", "R2,,useful,often"], "line 3, found 'often'"),
    (["R1,,useful,2.5"], "found '2.5'"),
    (["R1,,useful,nan"], "found 'nan'"),
    ([",,useful,2"], "a reader and a question in line 2"),
    (["R1,,useful,2", "R1,,Useful,3"], "one answer to a question"),
    (["R1,a,useful,2", "R1,b,easy,3"], "one group of R1, found a and b"),
    (["R1,all,useful,2"], "another group than all"),
    ([], "found no whole row"),
  ],
)
def test_bad_answers_are_told_in_one_line(tmp_path, lines, found):
  with pytest.raises(DataError, match=found):
    usability.read_answers(written(tmp_path, *lines))


def test_other_files(tmp_path):
  with pytest.raises(DataError, match="found name, score"):
    usability.read_answers(written(tmp_path, "R1,3", head="name,score"))
  with pytest.raises(DataError, match="wanted a CSV of answers"):
    usability.read_answers(tmp_path / "none.csv")
  path = written(tmp_path, "R1,,useful,7")
  assert usability.read_answers(path, points=7)[0].answer == 7


@pytest.mark.parametrize(
  ("answers", "score"),
  [
    ([5, 1] * 5, 100.0),
    ([1, 5] * 5, 0.0),
    ([3] * 10, 50.0),
    # Odd: 3 + 4 + 3 + 3 + 4, even: 3 + 3 + 4 + 3 + 2; times 2.5.
    ([4, 2, 5, 2, 4, 1, 4, 2, 5, 3], 80.0),
  ],
)
def test_sus(answers, score):
  assert usability.sus_score(answers) == score


@pytest.mark.parametrize(
  "answers", [[3] * 9, [3] * 9 + [6], [3] * 9 + [np.nan]]
)
def test_sus_wants_all_ten(answers):
  with pytest.raises(ValueError, match=r"wanted 10 answers of 1\.\.5"):
    usability.sus_score(answers)


def test_a_summary_by_question_and_group():
  answers = [
    Answer("R1", "junior", "useful", 2),
    Answer("R2", "junior", "useful", 4),
    Answer("R3", "senior", "useful", 5),
    *(Answer("R1", "junior", f"SUS{n}", 3) for n in range(1, 11)),
    *(Answer("R3", "senior", f"sus{n}", 3) for n in range(1, 10)),
  ]
  rows = usability.summary_rows(answers)
  found = {(r["question"], r["group"]): r for r in rows}
  assert found["useful", "all"]["median"] == 4
  assert found["useful", "junior"]["mean"] == 3
  assert found["useful", "senior"]["readers"] == 1
  assert np.isnan(found["useful", "senior"]["mean_low"])
  low, high = (found["useful", "all"][f"mean_{end}"] for end in ("low", "high"))
  assert 2 <= low < 11 / 3 < high <= 5
  assert found["SUS", "all"]["mean"] == found["SUS", "junior"]["mean"] == 50
  assert ("SUS", "senior") not in found
