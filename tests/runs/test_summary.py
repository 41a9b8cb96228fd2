"""The table at the end of a command."""

import io
import types

import numpy as np
import pytest
from rich.console import Console

from alx.runs import summary
from alx.runs.disk import store
from alx.runs.screen import aligned

IDS = tuple(f"i{n}" for n in range(10))


def problem_of(task="classification", labels=(0, 0, 0, 0, 0, 0, 0, 0, 1, 1)):
  dataset = types.SimpleNamespace(
    task=task,
    ids=IDS,
    class_names=("common", "rare"),
    labels=tuple(map(np.array, labels)),
  )
  split = types.SimpleNamespace(pool=np.arange(10))
  return types.SimpleNamespace(dataset=dataset, split=split, units=None)


def write(workdir, curves, picks, metric="auc"):
  """Runs of rounds with 2, 4, 6 labels, and what each has asked for."""
  store.write_json(workdir / "dataset.json", {"metric": metric})
  store.write_json(
    workdir / "config.json", {"acquisition": list(curves), "seeds": 3}
  )
  for name, seeds in curves.items():
    for seed, scores in enumerate(seeds):
      folder = workdir / "runs" / f"{name}-seed{seed}"
      rows = [
        {"round": n, "labels": 2 * (n + 1), metric: x}
        for n, x in enumerate(scores)
      ]
      store.write_rows(folder / "curve.csv", rows)
      asked = picks[name][seed]
      rows = [{"round": 0, "rank": n, "id": i} for n, i in enumerate(asked)]
      store.write_rows(folder / "picks.csv", rows)


def told(problem, workdir):
  console = Console(file=io.StringIO(), width=40)
  summary.show(problem, workdir, console)
  return console.file.getvalue().splitlines()


def test_a_line_for_each_method(tmp_path):
  write(
    tmp_path,
    {
      "random": [[0.5, 0.6, 0.6], [0.5, 0.6, 0.7], [0.5, 0.6, 0.8]],
      "margin": [[0.5, 0.8, 0.9], [0.5, 0.8, 0.9], [0.5, 0.8, 0.9]],
    },
    {
      "random": [["i0", "i1"], ["i8"], ["i2"]],
      "margin": [["i8", "i9"]] * 3,
    },
  )
  *_, blank, head, random, margin = told(problem_of(), tmp_path)
  assert blank == ""
  assert head.split() == [
    "method",
    "AUC",
    "95%",
    "interval",
    "mean",
    "labels",
    "found",
  ]
  # The mean over the curve by trapezoids: (0.55 + 0.65) / 2. Half of the
  # interval: 4.303 * 0.1 / sqrt(3), here around log(0.7 / 0.3), where it is
  # divided by 0.7 * 0.3; without a spread there is none.
  assert " ".join(random.split()) == (
    "random 0.700 0.417 to 0.884 0.600 6 0 to 1"
  )
  assert " ".join(margin.split()) == "margin 0.900 – 0.750 4 2"


def test_two_seeds_have_no_interval_and_even_classes_no_rare_one(tmp_path):
  curves = {"random": [[0.5, 0.6, 0.7]] * 2, "margin": [[0.4, 0.5, 0.6]] * 2}
  write(tmp_path, curves, {name: [["i0"]] * 2 for name in curves})
  lines = told(problem_of(labels=(0, 1) * 5), tmp_path)
  text = " ".join(lines)
  assert "2 seeds (too few for intervals)" in text and "rare" not in text
  assert lines[-3].split() == ["method", "AUC", "mean", "labels"]
  assert lines[-1].split() == ["margin", "0.600", "0.500", ">6"]


@pytest.mark.parametrize("metric", ["hd95", "ece", "brier"])
def test_where_less_is_better_labels_are_counted_downwards(tmp_path, metric):
  curves = {
    "random": [[0.9, 0.6, 0.5]] * 3,
    "margin": [[0.8, 0.4, 0.3]] * 3,
    "entropy": [[0.9, 0.8, 0.7]] * 3,
  }
  picks = {name: [["i0"]] * 3 for name in curves}
  write(tmp_path, curves, picks, metric)
  rows = [
    line.split() for line in told(problem_of(labels=(0, 1) * 5), tmp_path)
  ]
  labels = {row[0]: row[-1] for row in rows if row and row[0] in curves}
  assert labels == {"random": "6", "margin": "4", "entropy": ">6"}


def test_no_interval_goes_beyond_what_a_score_can_be(tmp_path):
  curves = {"random": [[0.5, 0.6, x] for x in (0.99, 0.99, 0.90)]}
  write(tmp_path, curves, {"random": [["i0"]] * 3})
  *_, row = told(problem_of(labels=(0, 1) * 5), tmp_path)
  # Student's t around the mean 0.96 would end at 1.089.
  _, mean, low, _, high, *_ = row.split()
  assert float(low) < float(mean) < float(high) <= 1


def test_the_number_of_a_class_has_its_name(tmp_path):
  write(
    tmp_path, {"random": [[0.5, 0.6, 0.7]]}, {"random": [["i0"]]}, "auc_rare"
  )
  text = " ".join(told(problem_of(labels=(0, 1) * 5), tmp_path))
  assert "AUC rare on the test items" in text and "auc_rare" not in text


def test_ten_methods_fit_a_terminal(tmp_path):
  names = ["random", *(f"a_method_number_{n:02d}" for n in range(10))]
  curves = {name: [[0.5, 0.6, 0.7], [0.1, 0.2, 0.9]] * 2 for name in names}
  write(tmp_path, curves, {name: [["i8"], ["i0"]] * 2 for name in names})
  lines = told(problem_of(), tmp_path)
  assert len(lines) < 18 and max(map(len, lines)) <= 80


def test_long_names_have_lines_of_their_own():
  assert aligned([["a", "b"], ["x" * 30, "1.0"]]) == [
    "a    b",
    "x" * 30,
    "   1.0",
  ]


@pytest.mark.parametrize(
  ("labels", "rarest"),
  [
    ([[0, 1], [0, 0], [0, 1], [0, 0], [0, 0]] * 2, (1, "rare", 4)),
    ([[0, 1]] * 10, None),
  ],
)
def test_a_structure_is_rare_where_few_items_hold_it(labels, rarest):
  problem = problem_of("segmentation", labels)
  held = summary.held_classes(problem)
  assert summary._rare_class(problem, held) == rarest


class Columns:
  """Columns of maps [2, 2]; each item has two."""

  item = np.arange(20) // 2

  def __init__(self, begun=None, dominant=0):
    self.set = types.SimpleNamespace(count=20, begun=begun, dominant=dominant)

  def name(self, unit):
    return f"i{unit // 2}:axis1:{unit % 2}"

  def within(self, unit, label):
    return label[:, unit % 2]


@pytest.mark.parametrize(
  ("units", "found"),
  [(Columns(), "1 to 2"), (Columns(dominant=2), "0 to 1")],
)
def test_of_units_those_count_that_show_the_class(tmp_path, units, found):
  """Column 0 of i8 and of i9 show it; that of i8 is mostly something else."""
  empty, some, full = [[0, 0]] * 3, [[1, 0], [0, 0], [0, 0]], [[1, 0]] * 3
  problem = problem_of("segmentation", [empty] * 8 + [some, full])
  problem.units = units
  asked = [["i8:axis1:0", "i9:axis1:0"], ["i9:axis1:1", "i8:axis1:0"]]
  write(tmp_path, {"random": [[0.5, 0.6, 0.7]] * 2}, {"random": asked}, "dice")
  *lines, head, row = told(problem, tmp_path)
  assert head.split()[-1] == "found" and row.endswith(f" {found}")
  text = " ".join(lines)
  assert "how many rare among the labels." in text and "in the pool" not in text


def test_where_labels_arrived_nobody_asked_for_all_of_them():
  problem = problem_of("segmentation", [[0, 1]] + [[0, 0]] * 9)
  held = summary.held_classes(problem)
  assert summary._rare_class(problem, held) == (1, "rare", 1)
  problem.units = Columns(begun=[0])
  assert summary._rare_class(problem, held) is None


def test_labels_that_stay_on_disk_are_not_read():
  problem = problem_of()
  problem.dataset.labels = object()
  assert summary.held_classes(problem) is None
