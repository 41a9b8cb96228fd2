"""What the page of the study says of the Dice: figure, tables, failures."""

import pathlib

import numpy as np

from alx import stats
from alx.report import Picture, Section, words
from alx.report.arms import Arm, band
from alx.report.figures import curves, pictures, views
from alx.report.read import Study
from alx.report.tables import Table
from alx.runs.disk import store
from alx.training.evaluation import nan_mean
from experiments.kim import failures, tables
from experiments.kim.found import Found, full_over_seeds, shared_seeds
from experiments.kim.tables import ALPHA

_FIGURE_2 = (
  "Mean Dice over the test volumes against labelled volumes: mean over seeds "
  "with its 95 % interval (t), and the model with all labels. figure_2.csv has "
  "the mean, median and standard error of every seed."
)
_TABLE_3 = (
  "In the form of table 3 of the paper: mean and sd over n test volumes whose "
  "Dice is defined, each the mean over the seeds that have a model with all "
  "labels. p: two one-sided tests against all labels, Welch, bounds of twice "
  "the self-equivalence bound; below it the 90 % interval of the difference, "
  "which lies within the bounds where p is below "
  f"{ALPHA}; p paired: the same volumes against each other. First: the first "
  "round with such a p."
)


def results(study: Study, found: Found) -> Section:
  """The figure, which is written too, and table 3."""
  drawn, full = [_drawable(arm) for arm in found.arms], _full_interval(found)
  shown = (_figure(study, drawn, full, found.num_pool),) if drawn else ()
  intervals = _interval_table(drawn, full, found.num_pool)
  note = "Mean over seeds, 95 % interval (t) below."
  both = ((intervals, note), (_table_3(found), _TABLE_3))
  return Section("Results", _not_held(found), shown, both)


def _figure(study, drawn, full, num_pool):
  # A long name does not fit beside its line.
  short = [a._replace(name=a.name.removeprefix("redundancy_")) for a in drawn]
  png = curves.learning_curves(short, full, num_pool, study.metric)
  store.write_bytes(study.workdir / "figure_2.png", png)
  return Picture(png, _FIGURE_2)


def _not_held(found):
  """A line about the arms without a seed in common with all labels."""
  names = [
    words.plain(arm.name) for arm in found.arms if not shared_seeds(found, arm)
  ]
  if not names:
    return ()
  return (
    f"Without a seed that has a model with all labels, so that nothing can be "
    f"tested: {words.listed(names)}.",
  )


def _drawable(arm):
  scores = nan_mean(arm.dice, axis=-1)
  return Arm(arm.name, (), len(arm.seeds), arm.labels, scores)


def _full_interval(found):
  scores = [nan_mean(dice) for dice in found.full.values()]
  return stats.mean_interval(np.array(scores))


def _interval_table(drawn, full, num_pool):
  """Dice over seeds: a row for each arm, a column for each budget."""
  labels = [f"{n:g}" for arm in drawn for n in arm.labels]
  columns = list(dict.fromkeys((*labels, str(num_pool))))
  rows = [_interval_row(arm, columns) for arm in drawn]
  alone = words.with_interval(full)
  empty = [""] * (len(columns) - 1)
  rows.append(["all labels", str(full.count), *empty, alone])
  return Table(["Dice at labels", "seeds", *columns], rows)


def _interval_row(arm, columns):
  budgets = [f"{n:g}" for n in arm.labels]
  bands = map(stats.Interval, *band(arm.scores))
  cells = dict(zip(budgets, bands, strict=True))
  texts = [words.with_interval(cells[n]) if n in cells else "" for n in columns]
  return [words.plain(arm.name), str(arm.started), *texts]


def _table_3(found):
  head = ["", "seeds", "labels", "%", "Dice", "sd", "n"]
  more = ["p", "p paired", "first"]
  return Table(
    [*head, *more], [_table_row(row) for row in tables.table_3(found)]
  )


def _table_row(row):
  names = ("mean", "sd", "p", "p_paired", "low_90", "high_90")
  number = {k: float(row[k] if row[k] != "" else "nan") for k in names}
  p = words.number(number["p"], 4)
  if np.isfinite(number["low_90"]):
    low, high = (words.signed(number[k]) for k in ("low_90", "high_90"))
    p += f"\n{low} to {high}"
  return [
    words.plain(row["arm"]),
    str(row["seeds"]),
    str(row["n"]),
    row["percent"],
    words.number(number["mean"]),
    words.number(number["sd"]),
    str(row["patients"]),
    p,
    words.number(number["p_paired"], 4),
    "first" if row["first_equivalent"] == 1 else "",
  ]


def differences(found: Found) -> Section:
  """Every arm minus random at the last round."""
  rows = [
    [
      words.plain(gap.arm.name),
      f"{gap.arm.labels[-1]:g}",
      str(gap.seeds.count),
      words.with_interval(gap.seeds, words.signed),
      words.p_value(gap.p),
      words.bounds(gap.patients, sign=True),
    ]
    for gap in tables.minus_random(found)
  ]
  note = (
    "At the last round, same volumes and seeds, with 95 % intervals: over "
    "trainings (t of the paired seeds, p by Holm's correction over all arms), "
    "which a verdict needs; and over patients (BCa bootstrap, each with all "
    "volumes and seeds; each volume by itself where patients are not known), "
    "which says how far these trainings would differ on other patients."
  )
  head = ["", "labels", "seeds", "Dice minus random", "p", "over patients"]
  shown = ((Table(head, rows), note),) if rows else ()
  return Section("Against random", (), (), shown)


def failure_cases(found: Found, workdir: pathlib.Path) -> Section:
  """The volumes that all arms find hard, as a table and drawn."""
  if not found.arms:
    return Section("Failure cases", ("No arm has finished a round.",))
  dice = failures.last_dice(found)
  text = (
    f"At the last round {int((dice < 0.5).sum())} of {len(dice)} test volumes "
    "have a mean Dice below 0.5 over arms and seeds. The hardest are below."
  )
  table = _hardest_table(found, workdir)
  shown = ((table, "Dice, mean of seeds."),)
  return Section("Failure cases", (text,), _drawn(workdir), shown)


def _hardest_table(found, workdir):
  sizes = {r["id"]: r for r in store.read_rows(workdir / "patients.csv")}
  full = full_over_seeds(found, tuple(found.full))
  names = [words.plain(arm.name) for arm in found.arms]
  rows = [
    [
      found.patients[i],
      sizes.get(found.patients[i], {}).get("voxels", words.NOTHING),
      *(words.number(nan_mean(a.dice[:, -1, i])) for a in found.arms),
      words.number(full[i]),
    ]
    for i in failures.hardest(found, 5)
  ]
  return Table(["", "foreground, voxels", *names, "all labels"], rows)


def _drawn(workdir):
  """The hardest cases as a picture, if they were saved."""
  path = workdir / "failures.npz"
  if not path.exists():
    return ()
  items = views.read_views(path)
  top = views.top_uncertainty(items)
  names = ["background", "foreground"]
  png, _ = pictures.round_png(items, names, top, 400_000)
  said = "; ".join(
    f"{words.letter(i)}: {v.id}, {v.where}, Dice {words.number(v.dice)}"
    for i, v in enumerate(items)
  )
  caption = (
    f"Draft of the best arm's last model, first seed, and truth. {said}."
  )
  return (Picture(png, caption),)
