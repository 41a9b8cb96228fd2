import numpy as np
import pytest

from alx.report import arms as numbers
from alx.report import exports
from alx.report.costs import axes, kinds
from alx.report.read import read_study
from tests.report.costs.cost_cases import ROUNDS, write

MM = kinds.Cost("boundary_mm", "mm of outline drawn")


def by_mm(study):
  return axes.by_cost(numbers.make_arms(study), MM)


def test_scores_are_read_off_lines_at_common_costs(tmp_path):
  random, entropy = by_mm(read_study(write(tmp_path)))
  assert random.labels.tolist() == entropy.labels.tolist() == [100, 200, 400]
  # Random ends with 200 mm and keeps its score; entropy is a third on its way.
  np.testing.assert_allclose(random.scores, [[0.5, 0.7, 0.7]] * 2)
  np.testing.assert_allclose(entropy.scores, [[0.5, 0.6, 0.8]] * 2)
  assert (random.end, entropy.end) == (200, 400)
  assert axes.within(random).labels.tolist() == [100, 200]


def test_seeds_that_cost_differently_are_compared_at_the_mean(tmp_path):
  rounds = {
    ("random", 0): ((0.5, 100, 10), (0.7, 200, 20)),
    ("random", 1): ((0.5, 100, 10), (0.9, 300, 20)),
  }
  (random,) = by_mm(read_study(write(tmp_path, rounds)))
  # With 250 mm the first has ended; the other is 3/4 from 0.5 to 0.9.
  assert random.labels.tolist() == [100, 250]
  np.testing.assert_allclose(random.scores[:, 1], [0.7, 0.8])


def test_before_its_first_labels_an_arm_has_no_score(tmp_path):
  rounds = ROUNDS | {
    ("entropy", s): ((0.5, 150, 10), (0.8, 400, 40)) for s in (0, 1)
  }
  random, entropy = by_mm(read_study(write(tmp_path, rounds)))
  assert random.labels.tolist() == [100, 150, 200, 400]
  assert np.isnan(entropy.scores[:, 0]).all()
  assert axes.within(entropy).labels[0] == 150
  study = read_study(tmp_path)
  found = axes.needed(study, numbers.make_arms(study), [MM])
  assert found[1].mean == (400, 400)


def test_a_round_that_opens_nothing_new_has_its_own_score_at_that_cost(
  tmp_path,
):
  rounds = {
    ("random", s): ((0.5, 100, 10), (0.6, 200, 20), (0.8, 200, 20))
    for s in (0, 1)
  }
  (random,) = by_mm(read_study(write(tmp_path, rounds)))
  assert random.labels.tolist() == [100, 200]
  np.testing.assert_allclose(random.scores, [[0.5, 0.8]] * 2)


def test_what_is_needed_of_a_cost(tmp_path):
  study = read_study(write(tmp_path))
  arms = numbers.make_arms(study)
  slices = kinds.Cost("slices", "slices marked")
  found = [
    row
    for row in axes.needed(study, arms, [slices, MM])
    if row.kind == "random"
  ]
  told = {(row.arm.cost, row.arm.name): row for row in found}
  assert {row.target for row in found} == {0.7}
  # As many slices in the same rounds; in mm entropy is at 0.6 with 200.
  assert told["slices", "entropy"].mean == (4, 4)
  assert told["boundary_mm", "random"].mean == (200, 200)
  assert told["boundary_mm", "entropy"].mean == (400, 400)
  assert told["boundary_mm", "entropy"].saved == (-100, -100)


def test_a_baseline_that_ended_before_is_not_charged_for_more(tmp_path):
  """Draws in which random does not get there count its own last cost."""
  rounds = {
    (name, seed): ((0.5, 100, 10), (score + 0.1 * (seed == 0), mm, 20))
    for name, score, mm in (("random", 0.6, 200), ("entropy", 0.65, 400))
    for seed in range(3)
  }
  study = read_study(write(tmp_path, rounds))
  arms = numbers.make_arms(study)
  row = axes.needed(study, arms, [MM])[1]
  assert row.mean.first == 400 and row.savings[0].high == -1.0


def test_nothing_is_saved_of_what_began_with_nothing(tmp_path):
  rounds = {
    (name, seed): ((0.5, 0, 0), (0.6 + seed / 100, 100, 20))
    for name in ("random", "entropy")
    for seed in range(3)
  }
  study = read_study(write(tmp_path, rounds))
  found = axes.needed(study, numbers.make_arms(study), [MM])
  assert found[1].mean == (100, 100) and found[1].savings == ()


def test_the_table_for_programs_says_what_is_counted(tmp_path):
  study = read_study(write(tmp_path, budget="seconds:7"))
  arms = numbers.make_arms(study)
  plain = numbers.needed(study, arms)
  assert "counted_in" not in exports.labels_needed_csv(plain)
  costs = kinds.costs_of(study, arms)
  more = axes.needed(study, arms, costs)
  lines = exports.labels_needed_csv([*plain, *more]).splitlines()
  assert lines[0].endswith(",counted_in") and lines[1].endswith(",labels")
  counted = list(dict.fromkeys(line.split(",")[-1] for line in lines[1:]))
  assert counted == [
    *("labels", "items", "slices", "voxels", "boundary_mm", "seconds")
  ]
  mean = next(x for x in lines if x.endswith("boundary_mm") and "mean" in x)
  assert mean.startswith("dice,1.00,0.7,random,random,mean,200,200,200,")


def test_large_amounts_are_whole_in_the_table(tmp_path):
  rounds = {
    ("random", s): ((0.5, 1234567.25, 10), (0.7, 2345678.5, 20)) for s in (0, 1)
  }
  study = read_study(write(tmp_path, rounds))
  text = exports.labels_needed_csv(
    axes.needed(study, numbers.make_arms(study), [MM])
  )
  assert "mean,2345678.5,2345678.5,2345678.5" in text


@pytest.mark.parametrize(
  ("config", "about", "wanted"),
  [
    (
      {},
      {},
      [
        *("volumes opened", "slices marked", "voxels marked"),
        "mm of outline drawn",
      ],
    ),
    (
      {"unit": "boxes:4", "budget": "seconds:9"},
      {"distance_unit": "voxels", "scored": None},
      [
        *("items opened", "slices’ worth", "voxels marked"),
        *("voxels of outline drawn", "seconds of a reader"),
      ],
    ),
    (
      {"unit": "slices:2", "budget": "cost:9"},
      {},
      [
        *("volumes opened", "slices marked", "voxels marked"),
        *("mm of outline drawn", "cost by the given table"),
      ],
    ),
    (
      {"unit": "superpixels:9", "answer": "dominant"},
      {"images": {"axes": 2}, "scored": {"kind": "image"}},
      ["images opened", "whole images’ worth", "pixels marked"],
    ),
  ],
)
def test_what_costs_are_called(tmp_path, config, about, wanted):
  study = read_study(write(tmp_path, about=about, **config))
  found = kinds.costs_of(study, numbers.make_arms(study))
  assert [cost.name for cost in found] == wanted


def test_of_runs_that_tell_nothing_there_is_no_cost(study):
  found = read_study(study)
  assert kinds.costs_of(found, numbers.make_arms(found)) == []
  assert not any("spent.csv" in line for line in found.missing)


def test_a_run_that_does_not_tell_every_round_is_named(tmp_path):
  write(tmp_path)
  file = tmp_path / "runs" / "entropy-seed1" / "spent.csv"
  file.write_text("".join(file.read_text().splitlines(True)[:2]))
  study = read_study(tmp_path)
  assert [x for x in study.missing if "spent.csv" in x] == [
    "entropy, seed 1: spent.csv does not tell every round, so what its labels "
    "cost is not known."
  ]
  arms = numbers.make_arms(study)
  assert [a.name for a in axes.by_cost(arms, MM)] == ["random"]
