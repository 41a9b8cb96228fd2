"""Every number of a small page again, from its CSV files, by other code."""

import csv
import html
import itertools
import math
import re
import statistics

import numpy as np
import pytest
import scipy.stats

from alx.report import write_report
from alx.runs.disk import store

LABELS = (12, 24, 36, 48)
# By method and round: the mean balanced accuracy; seeds lie around it.
MEANS = {
  "random": (0.55, 0.62, 0.70, 0.75),
  "badge": (0.55, 0.74, 0.82, 0.88),
  "entropy": (0.55, 0.60, 0.71, 0.76),
}
FULL = (0.94, 0.95, 0.96)
SEEDS = 3
# Of platelets in each round, by method.
RARE = {"random": (0, 1, 1), "badge": (3, 3, 4), "entropy": (1, 1, 1)}


def scores_of(name, seed):
  lean = (-0.02, 0.0, 0.02)[seed]
  wave = 0.004 * ((seed + len(name)) % 3 - 1)
  return [m + lean + wave * r for r, m in enumerate(MEANS[name])]


def write_run(folder, name, seed):
  rows = []
  for number, (labels, score) in enumerate(
    zip(LABELS, scores_of(name, seed), strict=True)
  ):
    rows.append(
      {
        "round": number,
        "labels": labels,
        "auc": f"{0.985 + 0.002 * number + seed * 0.0005:.9g}",
        "balanced_accuracy": f"{score:.9g}",
        "sensitivity_platelet": f"{score - 0.2:.9g}",
        "ece": f"{0.3 - score / 4:.9g}",
      }
    )
  store.write_rows(folder / "curve.csv", rows)
  store.write_rows(folder / "picks.csv", picks_of(name, seed))
  store.write_rows(folder / "predictions.csv", predictions_of(name, seed))


def picks_of(name, seed):
  rows = []
  for number, size in enumerate(np.diff((0, *LABELS))):
    rare = 1 if number == 0 else RARE[name][number - 1] + seed % 2
    for rank in range(size):
      own = "start" if number == 0 else name
      if number == 1 and rank >= 8:
        own = "shared"  # four items that all ask for
      rows.append(
        {
          "round": number,
          "rank": rank,
          "id": f"{own}-{number}-{rank}",
          "score": rank / 7,
          "class": "platelet" if rank < rare else "leukocyte",
          "group": f"smear{rank % 3}",
        }
      )
  return rows


def predictions_of(name, seed):
  rng = np.random.default_rng(seed)
  rows = []
  for number in range(20):
    true = "platelet" if number < 6 else "leukocyte"
    p = float(rng.uniform(0.2, 0.8))
    rows.append(
      {
        "round": 3,
        "part": "test" if number % 2 else "pool",
        "id": f"x{number}",
        "labelled": 0,
        "class": true,
        "predicted": "platelet" if p > 0.5 else "leukocyte",
        "p_leukocyte": 1 - p,
        "p_platelet": p,
      }
    )
  return rows


@pytest.fixture(scope="module")
def page(tmp_path_factory):
  folder = tmp_path_factory.mktemp("study")
  store.write_json(
    folder / "config.json",
    {"acquisition": ["random", "badge", "entropy"], "seeds": 3, "rounds": 3},
  )
  about = {
    "name": "smears",
    "task": "classification",
    "class_names": ["leukocyte", "platelet"],
    "metric": "balanced_accuracy",
    "num_pool": 200,
    "num_test": 50,
    "classes": {"pool": {"leukocyte": 170, "platelet": 30}},
  }
  store.write_json(folder / "dataset.json", about)
  for name, seed in itertools.product(MEANS, range(SEEDS)):
    write_run(folder / f"runs/{name}-seed{seed}", name, seed)
  for seed, score in enumerate(FULL):
    row = {"round": 0, "labels": 200, "balanced_accuracy": score, "auc": 0.9}
    store.write_rows(folder / f"runs/full-seed{seed}/curve.csv", [row])
  write_report(folder)
  return folder


# What the page says, read without the library.


def text_of(fragment):
  plain = re.sub(r"<(br|/?small)[^>]*>", " ", fragment)
  plain = re.sub(r"<[^>]+>", "", plain)
  plain = html.unescape(plain).replace("\N{NO-BREAK SPACE}", " ")
  return " ".join(plain.replace("\N{MINUS SIGN}", "-").split())


def panels_of(page):
  content = (page / "report.html").read_text("utf-8")
  found = re.findall(
    r'<section class="panel" id="p\d+">(.*?)</section>', content, re.DOTALL
  )
  return {
    text_of(re.search(r"<h2>(.*?)</h2>", part).group(1)).split(": ")[1]: part
    for part in found
  }


def tables_of(fragment):
  """Each as rows of cells."""
  return [
    [
      [
        text_of(cell)
        for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
      ]
      for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    ]
    for table in re.findall(r"<table[^>]*>(.*?)</table>", fragment, re.DOTALL)
  ]


def under(page, heading):
  """The tables below a heading, up to the next one."""
  content = (page / "report.html").read_text("utf-8")
  part = content.split(f"<h3>{heading}</h3>")[1]
  return tables_of(re.split(r"<h[23]>", part)[0])


def curves(page, column):
  """{method: {seed: [scores]}} of the file that is named on the page."""
  found = {}
  with open(page / "curve.csv", newline="") as file:
    for row in csv.DictReader(file):
      scores = found.setdefault(row["acquisition"], {})
      value = float(row[column]) if row[column] else math.nan
      scores.setdefault(int(row["seed"]), []).append(value)
  return found


def numbers(cell):
  return [float(x) for x in re.findall(r"[-+]?\d+\.?\d*", cell)]


PRINTED = {"badge": "BADGE"}
METRICS = {
  "balanced accuracy": ("balanced_accuracy", 1),
  "AUC": ("auc", 1),
  "ECE": ("ece", -1),
  "sensitivity platelet": ("sensitivity_platelet", 1),
}


@pytest.mark.parametrize("shown", METRICS)
def test_means_intervals_and_areas(page, shown):
  column, _ = METRICS[shown]
  table = tables_of(panels_of(page)[shown])[0]
  rows = {row[0]: row[1:] for row in table[1:]}
  found = curves(page, column)
  for name in MEANS:
    last = [found[name][seed][-1] for seed in range(SEEDS)]
    cells = rows[PRINTED.get(name, name)]
    mean, sd = statistics.fmean(last), statistics.stdev(last)
    half = scipy.stats.t.ppf(0.975, SEEDS - 1) * sd / math.sqrt(SEEDS)
    middle = math.log(mean / (1 - mean))
    step = half / (mean * (1 - mean))
    ends = [1 / (1 + math.exp(-(middle + sign * step))) for sign in (-1, 1)]
    assert cells[:2] == ["48", "3"]
    assert numbers(cells[2]) == pytest.approx([mean, *ends], abs=6e-4)
    assert float(cells[3]) == pytest.approx(sd, abs=6e-4)
    areas = [
      np.trapezoid(found[name][seed], LABELS) / (LABELS[-1] - LABELS[0])
      for seed in range(SEEDS)
    ]
    assert numbers(cells[4])[0] == pytest.approx(np.mean(areas), abs=6e-4)


def holm(values):
  order = np.argsort(values)
  found, most = [0.0] * len(values), 0.0
  for rank, place in enumerate(order):
    most = max(most, min(1, values[place] * (len(values) - rank)))
    found[place] = most
  return found


@pytest.mark.parametrize("shown", METRICS)
def test_differences_and_their_tests(page, shown):
  column, _ = METRICS[shown]
  table = tables_of(panels_of(page)[shown])[1]
  found = curves(page, column)
  names = [name for name in MEANS if name != "random"]
  gaps = {
    name: np.subtract(
      [found[name][s][-1] for s in range(SEEDS)],
      [found["random"][s][-1] for s in range(SEEDS)],
    )
    for name in names
  }
  for (name, gap), row in zip(gaps.items(), table[1:], strict=True):
    assert row[0] == PRINTED.get(name, name)
    if np.ptp(gap) < 1e-9:  # the same in every seed: no test
      continue
    half = scipy.stats.sem(gap) * scipy.stats.t.ppf(0.975, SEEDS - 1)
    wanted = [gap.mean(), gap.mean() - half, gap.mean() + half]
    assert numbers(row[1]) == pytest.approx(wanted, abs=6e-4)
  if all(np.ptp(gap) > 1e-9 for gap in gaps.values()):
    raw = [scipy.stats.ttest_1samp(gap, 0).pvalue for gap in gaps.values()]
    for p, row in zip(holm(raw), table[1:], strict=True):
      assert row[2] == ("<0.001" if p < 0.001 else f"{p:.3f}")


def needed(labels, scores, target, sign):
  """(first, from where on) the target is reached; None: never."""
  good = [sign * s >= sign * target - 1e-12 for s in scores]
  first = next((n for n, g in zip(labels, good, strict=True) if g), None)
  stable = None
  for n, flag in list(zip(labels, good, strict=True))[::-1]:
    if not flag:
      break
    stable = n
  return first, stable


@pytest.mark.parametrize("shown", METRICS)
def test_labels_needed_and_saved(page, shown):
  column, sign = METRICS[shown]
  table = tables_of(panels_of(page)[shown])[-1]
  found = {
    name: np.mean([found[s] for s in range(SEEDS)], 0)
    for name, found in curves(page, column).items()
    if name != "full"
  }
  target, counted = None, 0
  for row in table[2:]:
    if len(row) == 1:  # the heading of a target
      target = numbers(row[0])[-1]
      if row[0].startswith("random's"):
        target = found["random"][-1]
      elif "%" in row[0]:
        share = float(row[0].split("%")[0]) / 100
        target = share * statistics.fmean(FULL)
      continue
    name = next(n for n in MEANS if PRINTED.get(n, n) == row[0])
    mine = needed(LABELS, found[name], target, sign)
    base = needed(LABELS, found["random"], target, sign)
    for place, (count, other) in enumerate(zip(mine, base, strict=True)):
      cell, saved = row[1 + 3 * place], row[3 + 3 * place]
      counted += 1
      if count is None:
        assert cell.startswith("not reached within 48")
        continue
      assert numbers(cell)[0] == count
      if name != "random" and other is not None:
        percent = round(100 * (1 - count / other))
        assert numbers(saved)[0] == percent
  assert counted >= 6


def test_labels_by_class_and_group(page):
  by_class = {}
  with open(page / "picks.csv", newline="") as file:
    for row in csv.DictReader(file):
      key = row["acquisition"], row["class"]
      seeds = by_class.setdefault(key, dict.fromkeys(range(SEEDS), 0))
      seeds[int(row["seed"])] += 1
  (table,) = under(page, "Labels of each class that every method asked for")
  assert table[0] == ["labels of", "leukocyte", "platelet"]
  for name, row in zip(MEANS, table[1:4], strict=True):
    for kind, cell in zip(table[0][1:], row[1:], strict=True):
      counts = list(by_class[name, kind].values())
      wanted = [statistics.fmean(counts), min(counts), max(counts)]
      wanted = wanted if min(counts) < max(counts) else wanted[:1]
      assert numbers(cell) == pytest.approx(wanted, abs=0.06)
  assert table[4][1:] == ["85.0%", "15.0%"]
  rare = {n: list(by_class[n, "platelet"].values()) for n in MEANS}
  content = text_of((page / "report.html").read_text("utf-8"))
  told = f"BADGE asked for platelet {min(rare['badge'])} to "
  told += f"{max(rare['badge'])} times among 48 labels, random "
  told += f"{min(rare['random'])} to {max(rare['random'])} times."
  orders = math.comb(2 * SEEDS, SEEDS)  # of the seeds of both; 2 classes
  assert (told in content) == (2 * (len(MEANS) - 1) / orders < 0.05)


def test_overlap_of_choices(page):
  chosen = {}
  with open(page / "picks.csv", newline="") as file:
    for row in csv.DictReader(file):
      if row["round"] != "0":
        key = row["acquisition"], row["seed"]
        chosen.setdefault(key, set()).add(row["id"])
  (table,) = under(page, "How alike the choices are")
  a, b = chosen["random", "0"], chosen["badge", "0"]
  assert float(table[1][2]) == pytest.approx(len(a & b) / len(a | b), abs=6e-3)


def test_confusion(page):
  counts = np.zeros((2, 2))
  places = {"leukocyte": 0, "platelet": 1}
  with open(page / "predictions.csv", newline="") as file:
    for row in csv.DictReader(file):
      if row["part"] == "test" and row["acquisition"] == "badge":
        p = float(row["p_platelet"])
        counts[places[row["class"]], int(p > 0.5)] += 1 / SEEDS
  content = (page / "report.html").read_text("utf-8")
  part = content.split("What is taken for what")[1].split("<h3>BADGE</h3>")[1]
  table = tables_of(part)[0]
  for row, wanted in zip(table[1:], counts, strict=True):
    assert [float(x) for x in row[1:]] == pytest.approx(list(wanted), abs=0.06)


def test_what_is_saturated_is_told(page):
  """By AUC nothing would be seen: it has its best from the start."""
  content = text_of((page / "report.html").read_text("utf-8"))
  assert "AUC is saturated" not in content  # it is not what is compared
  about = store.read_object(page / "dataset.json", "", "")
  store.write_json(page / "dataset.json", about | {"metric": "auc"})
  content = text_of(write_report(page).read_text("utf-8"))
  store.write_json(page / "dataset.json", about)
  write_report(page)
  assert "AUC is saturated: it has 0.988 in the first rounds" in content
  assert "look at that (--metric=balanced_accuracy)." in content
  assert content.index("AUC is saturated") < content.index("Learning curves")


def test_the_first_paragraph_is_the_table(page):
  """'BADGE reaches what random has with 48 labels at L to H labels'."""
  content = text_of((page / "report.html").read_text("utf-8"))
  found = re.search(
    r"BADGE reaches what random has with 48 labels at (\d+)(?: to (\d+))? "
    r"labels \((\d+)(?: to (\d+))?% fewer; 95% interval, 3 paired seeds",
    content,
  )
  low, high, least, most = (int(x) if x else None for x in found.groups())
  high, most = high or low, most or least
  curve = np.mean(
    [curves(page, "balanced_accuracy")["badge"][s] for s in range(SEEDS)], 0
  )
  goal = statistics.fmean(
    curves(page, "balanced_accuracy")["random"][s][-1] for s in range(SEEDS)
  )
  at = np.interp(goal, curve, LABELS)  # the curve rises
  assert low - 1 <= at <= high + 1
  assert least == round(100 * (1 - high / 48))
  assert most == round(100 * (1 - low / 48))
