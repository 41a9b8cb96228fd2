"""Where rules stop stored runs, what that saves and gives up."""

import csv
import json

import numpy as np
import pytest

from alx import csv_table, report
from alx.report import arms as numbers
from alx.report.budgets import section, stopping
from alx.report.read import read_study

LABELS = (4, 8, 12, 16)
# Seeds 0 and 1; the model expects 0.3 less of itself.
SCORES = {
  "random": [(0.50, 0.60, 0.70, 0.75), (0.50, 0.62, 0.70, 0.77)],
  "entropy": [(0.50, 0.70, 0.80, 0.80), (0.50, 0.66, 0.78, 0.86)],
}
KAPPA = (np.nan, 0.7, 0.95, 0.99)


def write(path, rows):
  path.parent.mkdir(parents=True, exist_ok=True)
  with open(path, "w", newline="") as file:
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)


def case_rows(score, number):
  """Three patients around a score; the second has two cases."""
  found = {"a": ("p", score - 0.01), "b": ("q", score), "c": ("q", score)}
  found["d"] = ("r", score + 0.01)
  return [
    {"round": number, "id": name, "patient": patient, "dice_cyst": f"{x:.4f}"}
    for name, (patient, x) in found.items()
  ]


def write_run(folder, scores, with_signals=True):
  rows = [
    {"round": r, "labels": n, "dice": s}
    for r, (n, s) in enumerate(zip(LABELS, scores, strict=False))
  ]
  write(folder / "curve.csv", rows)
  write(folder / "picks.csv", [{"round": 0, "rank": 0, "id": "a", "score": 0}])
  cases = [row for r, s in enumerate(scores) for row in case_rows(s, r)]
  write(folder / "cases.csv", cases)
  seconds = [{"round": r["round"], **dict.fromkeys(SECONDS, 2.0)} for r in rows]
  write(folder / "times.csv", seconds)
  if not with_signals:
    return
  signals = [
    {
      "round": r,
      "pool_kappa": KAPPA[r],
      "pool_expected": s - 0.3,
      "pool_entropy": 0.4 - 0.1 * r,
      "seconds_pool": 1.0,
    }
    for r, s in enumerate(scores)
  ]
  write(folder / "signals.csv", signals)


SECONDS = "seconds_score", "seconds_train", "seconds_test"


@pytest.fixture
def make(tmp_path):
  def make(*rules, with_signals=True, **config):
    config = {"acquisition": list(SCORES), "seeds": 2, "rounds": 3} | config
    about = {"name": "cysts", "task": "segmentation", "metric": "dice"}
    files = {
      "config": config | {"stop": list(rules)},
      "dataset": about | {"num_pool": 40, "num_test": 4},
      "versions": {},
      "split": {},
    }
    for name, content in files.items():
      (tmp_path / f"{name}.json").write_text(json.dumps(content))
    for name, seeds in SCORES.items():
      for seed, scores in enumerate(seeds):
        folder = tmp_path / "runs" / f"{name}-seed{seed}"
        write_run(folder, scores, with_signals)
    for seed in (0, 1):
      folder = tmp_path / "runs" / f"full-seed{seed}"
      write_run(folder, (0.8,), with_signals=False)
    study = read_study(tmp_path)
    arms = numbers.make_arms(study)
    return study, arms, stopping.advise(study, arms)

  return make


def test_stops_by_seed_with_what_they_save_and_give_up(make):
  # 0.7 to 0.8 to 0.8: entropy's seed 0 has a gain of 0 in round 3 alone.
  *_, found = make("plateau:rounds=1,gain=0.05", "target:0.5")
  by_name = {(a.rule.split(":")[0], a.arm.name): a for a in found}
  plateau = by_name["plateau", "entropy"]
  assert [s and s.round for s in plateau.stops] == [3, None]
  assert plateau.saved.tolist() == [0, 0]
  target = by_name["target", "entropy"]
  assert [stop.labels for stop in target.stops] == [12, 16]
  assert target.saved.tolist() == [4, 0]
  np.testing.assert_allclose(target.given_up, [0.0, 0.0], atol=1e-9)
  assert [a.round for a in by_name["target", "random"].stops if a] == []
  earliest = by_name["any of them", "entropy"]
  assert [stop.labels for stop in earliest.stops] == [12, 16]
  assert not earliest.reads_test


def test_agreement_for_all_alike(make):
  study, _, found = make("agreement:0.95,rounds=1")
  assert [len(a.stops) for a in found] == [2, 2]  # one rule: no "any"
  entropy = found[1]
  np.testing.assert_allclose(entropy.given_up, [0.0, 0.08])
  assert entropy.saved.tolist() == [4, 4]
  (line,) = stopping.lines(study, found)
  assert line.startswith(
    "stop agreement:kappa=0.95,rounds=1, entropy: would have stopped at 12 "
    "labels: 4 saved, Dice +0.040 given up"
  )  # two seeds have no interval
  ((rule, table, note),) = stopping.tables(study, found)
  assert rule == "agreement:kappa=0.95,rounds=1"
  assert table.head[-1] == "Dice given up"
  row = ["entropy", "2 of 2 seeds", "12", "4.0", "+0.040"]
  assert table.rows[1] == row
  assert "kappa of consecutive models is 0.9500 over 1 round" in note


def test_the_test_results_are_named_where_they_are_read(make):
  study, arms, found = make("target:0.7,of=test", "agreement:0.9,rounds=1")
  lines = stopping.lines(study, found)
  biased = [stopping.BIASED in line for line in lines]
  assert biased == [True, False, True]  # target, agreement, any
  notes = [note for *_, note in stopping.tables(study, found)]
  assert [stopping.BIASED in note for note in notes] == biased
  rows = list(
    csv.DictReader(section.stops_csv(section.look(study, arms)).splitlines())
  )
  reads = {(row["rule"].split(":")[0], row["reads"]) for row in rows}
  assert ("target", "test") in reads and ("agreement", "pool") in reads


def test_equivalence_to_all_labels_is_over_patients(make):
  # Patients differ from those of all labels (0.8) alike, so only a distance
  # of 0 is known: entropy's seed 0 has it in round 2.
  *_, found = make("equivalence:0.05")
  assert [s and s.round for s in found[1].stops] == [2, None]
  assert "over 3 test patients" in found[1].stops[0].reason
  # One-sample: 0.79, 0.80, 0.81 against 0.8 -+ 0.02 has t = 3.46, p = 0.037.
  *_, found = make("equivalence:0.02,score=0.8")
  assert [s and s.round for s in found[1].stops] == [2, None]
  assert found[1].reads_test


def test_seconds_are_those_of_the_run_without_the_rules(make):
  *_, found = make("budget:seconds=12")
  assert [stop.round for stop in found[0].stops] == [1, 1]  # 6 a round


def test_a_run_without_signals_says_so(make):
  study, _, found = make("agreement", with_signals=False)
  (line,) = stopping.lines(study, found)
  assert line == (
    "stop agreement:kappa=0.99,rounds=3, entropy: "
    "agreement:kappa=0.99,rounds=3 reads the agreement of consecutive models "
    "on the rest of the pool, which is not known here"
  )
  ((_, table, note),) = stopping.tables(study, found)
  assert table.rows[1][1:] == ["–"] * 4 and "not known here" in note


def test_rounds_of_before_the_rule_are_counted(make, tmp_path):
  study, *_ = make("agreement:0.9,rounds=1")
  path = tmp_path / "runs/entropy-seed0/signals.csv"
  lines = path.read_text().splitlines()
  path.write_text("\n".join([lines[0], *lines[3:]]) + "\n")
  study = read_study(tmp_path)
  found = stopping.advise(study, numbers.make_arms(study))
  (line,) = stopping.lines(study, found)
  assert line.endswith("; 2 of 8 rounds were run without such a rule")


def test_a_stop_that_never_comes(make):
  study, _, found = make("uncertainty:0.01")
  (line,) = stopping.lines(study, found)
  assert line.endswith("would not have stopped by 16 labels")
  ((_, table, note),) = stopping.tables(study, found)
  assert table.rows[0][1:] == ["0 of 2 seeds", "–", "–", "–"] and not note


def test_the_page_and_the_table_beside_it(make, tmp_path):
  make("budget:12", "target:0.7,of=test", stop_mode="end")
  page = report.write_report(tmp_path).read_text()
  assert "Where labelling could have stopped" in page
  assert "budget of labels has ended the runs" in page
  assert stopping.BIASED in page
  rows = csv_table.read(tmp_path / "stops.csv")
  assert len(rows) == 3 * 2 * 2  # rules and any, acquisitions, seeds
  assert rows[0]["reason"].startswith("12 labels are there")
  assert "pool_kappa" not in page.split("Where labelling")[0]  # no measure


def test_without_rules_there_is_nothing_of_them(make, tmp_path):
  study, arms, found = make()
  assert found == [] and section.stops_csv(section.look(study, arms)) is None
  page = report.write_report(tmp_path).read_text()
  assert "could have stopped" not in page
  assert not (tmp_path / "stops.csv").exists()


def test_rules_that_are_not_asked_for_any_more_leave_no_table(make, tmp_path):
  make("budget:12")
  report.write_report(tmp_path)
  assert csv_table.read(tmp_path / "stops.csv")[0]["metric"] == "dice"
  make()
  report.write_report(tmp_path)
  assert not (tmp_path / "stops.csv").exists()


def test_who_lacks_what_a_rule_reads_is_named_each(make):
  study, _, found = make("agreement:0.9,rounds=1", with_signals=False)
  ((_, _, note),) = stopping.tables(study, found)
  assert note.startswith("Random and entropy: ")


def test_a_text_of_another_version_is_passed_over(make):
  *_, found = make("oracle:now", "budget:8")
  assert {advice.rule for advice in found} == {"budget:labels=8"}
