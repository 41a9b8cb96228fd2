import html
import re

from alx.data import files
from alx.report import arms as numbers
from alx.report import write_report
from alx.report.costs import section
from alx.report.read import read_study
from tests.report.costs.cost_cases import ROUNDS, write


def context_of(workdir):
  study = read_study(workdir)
  return section.context(study, section.look(study, numbers.make_arms(study)))


def text_of(page):
  content = re.sub(r"(?s)<(style|script).*?</\1>", "", page.read_text("utf-8"))
  return " ".join(html.unescape(re.sub("<[^>]+>", " ", content)).split())


def test_work_until_the_model_is_as_good_as_random(tmp_path):
  found = context_of(write(tmp_path))
  assert found["cost_goal"] == "as good as random with its last labels"
  ((name, table),) = found["cost_needed"]
  assert name == "First time as good" and table.rows == [
    ["the score to reach", *["0.700"] * 4],
    ["random", "2", "4", "400", "200"],
    ["entropy", "2", "4", "400", "400\n100% more"],
  ]


def test_a_score_that_is_lost_again_has_a_table_of_its_own(tmp_path):
  rounds = ROUNDS | {
    ("entropy", s): ((0.5, 100, 9), (0.8, 400, 20), (0.6, 500, 30))
    for s in (0, 1)
  }
  study = write(tmp_path, rounds, full=())
  (_, first), (name, stable) = context_of(study)["cost_needed"]
  assert name == "As good from there on" and stable.rows[1] == first.rows[1]
  assert first.rows[2][4] == "400\n100% more"
  assert stable.rows[2][4] == "not with 500"


def test_a_picture_for_each_cost(tmp_path):
  found = context_of(write(tmp_path))
  plots = found["cost_plots"].split("</svg>")[:-1]
  assert len(plots) == 4 and found["cost_left_out"] == 0
  assert ">mm of outline drawn</text>" in plots[-1]
  told = html.unescape(re.search('aria-label="([^"]*)"', plots[-1])[1])
  assert told == (
    "Dice: random from 0.500 with 100 mm of outline drawn to 0.700 with 200; "
    "entropy from 0.500 with 100 mm of outline drawn to 0.800 with 400"
  )
  assert [name for _, name in found["cost_legend"]] == [
    *("entropy", "random", "all labels")
  ]


def test_of_many_methods_the_best_are_drawn(tmp_path):
  rounds = {
    (f"fuse(entropy, bald:{i})", seed): (
      (0.5, 100, 10),
      (0.6 + i / 100, 200 + i, 20),
    )
    for i in range(7)
    for seed in (0,)
  }
  rounds = {("random", 0): ROUNDS["random", 0]} | {
    (f"m{i}", 0): told for i, told in enumerate(rounds.values())
  }
  found = context_of(write(tmp_path, rounds))
  assert found["cost_left_out"] == 2
  drawn = {name for _, name in found["cost_legend"]}
  assert drawn == {"random", "m2", "m3", "m4", "m5", "m6", "all labels"}
  ((_, table),) = found["cost_needed"]
  assert len(table.rows) == 9  # all of them


def test_without_random_the_goal_is_a_share_of_all_labels(tmp_path):
  rounds = {key: told for key, told in ROUNDS.items() if key[0] == "entropy"}
  found = context_of(write(tmp_path, rounds))
  assert found["cost_goal"] == "90% of the score of all labels"
  ((_, table),) = found["cost_needed"]
  ends = "2", "4", "400", "400"
  assert table.rows[1] == ["entropy", *(f"not with {end}" for end in ends)]


def test_the_page_has_it_in_plain_words(tmp_path):
  page = write_report(write(tmp_path, budget="slices:2"))
  text = text_of(page)
  assert "What the labels cost One label is not a whole item but one of" in text
  assert "Work until the model is as good as random with its last" in text
  assert "a label one slice that an expert has outlined, or as" in text
  needed = (tmp_path / "labels_needed.csv").read_text()
  assert ",counted_in\n" in needed and ",boundary_mm\n" in needed
  spent = (tmp_path / "spent.csv").read_text().splitlines()
  assert len(spent) == 1 + 4 * 2
  assert spent[0].startswith("acquisition,seed,round,units,items,")


def test_whole_items_have_no_word_of_it(study):
  page = write_report(study)
  assert "What the labels cost" not in page.read_text("utf-8")
  assert not (study / "spent.csv").exists()
  assert "counted_in" not in (study / "labels_needed.csv").read_text()
  assert files.read_json(study / "answer.json")["metric"] == "dice"


def test_labels_of_the_pool_are_counted_as_the_curve_counts_them(tmp_path):
  assert read_study(write(tmp_path)).num_labels == 80  # slices, not 10 volumes
  for folder in tmp_path.glob("runs/full-seed*"):
    (folder / "curve.csv").unlink()
  assert read_study(tmp_path).num_labels is None
  write(tmp_path, full=(), unit="whole")
  assert read_study(tmp_path).num_labels == 10
