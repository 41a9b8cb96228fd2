"""The page of the study: what was asked, done, found, and what follows."""

import dataclasses
import pathlib

import numpy as np

from alx import report, stats
from alx.evaluation import nan_mean
from alx.report import Picture, Section, curves, pictures, views, words
from alx.report import arms as numbers
from alx.report.read import Study, read_study
from alx.report.tables import Table
from alx.stats import summarize
from experiments import store
from experiments.kim import failures, tables
from experiments.kim.settings import Kim
from experiments.kim.tables import ALPHA, Found, Reading
from experiments.kim.verdicts import cannot, concluded

_TITLE = "How few labels does a 3-D U-Net need? Kim et al. 2024 again"
_QUESTION = (
  "Kim et al. 2024 trained a 3-D U-Net on growing numbers of labelled volumes, "
  "chosen by chance or by one of several scores, and named the number from "
  "which on a model was statistically equivalent to the one trained on "
  "everything. Which way of choosing needs the fewest labels here, and does "
  "the answer hold beyond the first round that passes the test, and beyond "
  "one seed?"
)


def write(workdir: pathlib.Path) -> pathlib.Path:
  """Writes the tables, the figure and report.html; returns the page.

  Raises:
    ValueError: if no run on all labels is finished.
  """
  found, study = tables.read_found(workdir), read_study(workdir)
  needed = tables.readings(found)
  store.write_rows(workdir / "table_3.csv", tables.table_3(found))
  store.write_rows(
    workdir / "table_3_by_seed.csv", tables.table_3_by_seed(found)
  )
  if needed:
    rows = [row for one in needed for row in _needed_rows(one)]
    store.write_rows(workdir / "labels_needed.csv", rows)
  sections = [
    Section("Question", (_QUESTION,)),
    Section("Data", _data(study)),
    _protocol(study),
    _results(study, found, workdir),
    _equivalence(found, needed),
    _differences(found),
    _failures(found, workdir),
    _published(),
    Section("What can be concluded", concluded(found, needed)),
    Section("What cannot", cannot(found, needed)),
  ]
  summary = " ".join(concluded(found, needed)[:2])
  path = workdir / "report.html"
  return report.write_article(path, _TITLE, summary, sections)


def _data(study: Study) -> tuple[str, ...]:
  about = study.dataset
  classes = words.listed(about["class_names"][1:])
  lines = [
    f"{about['name']}: {about['num_pool']} volumes may be labelled, "
    f"{about['num_test']} are only tested on, parted by {about['split_by']}. "
    f"Foreground: {classes}."
  ]
  if about["split_by"] == "item":
    lines.append(
      "No patients are known: volumes of one patient may be on both sides."
    )
  if about["left_out"]:
    lines.append(f"{len(about['left_out'])} cases could not be used.")
  return tuple(lines)


def _protocol(study: Study) -> Section:
  own, paper = study.config, dataclasses.asdict(Kim())
  text = (
    f"{own['start']} volumes drawn by chance, the same for all arms, then "
    f"{own['rounds']} rounds of {own['query']}. In every round a network is "
    f"trained from scratch on {100 * (1 - own['held_out']):.0f} % of what is "
    "labelled; the rest, drawn anew, decides when to stop and which epoch is "
    "kept. Arms of one training share the first model; all seeds are paired. "
    "The model on all labels is trained in the same way."
  )
  differ = [
    [name, _text(paper[name]), _text(own[name])]
    for name in paper
    if name in own and _text(own[name]) != _text(paper[name])
    if name not in ("data", "acquisition", "seeds", "first_seed")
  ]
  note = "Every setting that is not the paper's at its size, or its default "
  note += "here where the paper is silent."
  table = Table(["setting", "paper", "here"], differ)
  return Section("Protocol", (text,), (), ((table, note),))


def _text(value):
  if isinstance(value, list | tuple):
    return ", ".join(map(str, value)) or words.NOTHING
  return str(value)


def _results(study: Study, found: Found, workdir: pathlib.Path) -> Section:
  drawn, full = numbers.make_arms(study), numbers.full_interval(study)
  shown = ()
  if drawn:
    # A long name does not fit beside its line.
    short = [a._replace(name=a.name.removeprefix("redundancy_")) for a in drawn]
    png = curves.learning_curves(short, full, found.num_pool, study.metric)
    store.write_bytes(workdir / "figure_2.png", png)
    caption = (
      "Mean Dice over the test volumes against labelled volumes: mean over "
      "seeds with its 95 % interval (t), and the model with all labels."
    )
    shown = (Picture(png, caption),)
  rows = tables.table_3(found)
  table = Table(
    ["", "labels", "%", "Dice", "sd", "p", "p paired", "first"],
    [_table_row(row) for row in rows],
  )
  note = (
    "In the form of table 3 of the paper: mean and sd over test volumes, each "
    "the mean over seeds. p: two one-sided tests against all labels, Welch, "
    "bounds of twice the self-equivalence bound; p paired: the same volumes "
    f"against each other. First: the first round with p below {ALPHA}."
  )
  intervals = _interval_table(drawn, full)
  return Section(
    "Results",
    (),
    shown,
    ((intervals, "Mean over seeds, 95 % interval (t) below."), (table, note)),
  )


def _interval_table(drawn, full):
  """Dice over seeds: a row for each arm, a column for each budget."""
  labels = list(dict.fromkeys(f"{n:g}" for arm in drawn for n in arm.labels))
  rows = []
  for arm in drawn:
    band = numbers.band(arm.scores)
    budgets = [f"{n:g}" for n in arm.labels]
    cells = dict(zip(budgets, zip(*band[:3], strict=True), strict=True))
    row = [_with_interval(*cells[n]) if n in cells else "" for n in labels]
    rows.append([words.plain(arm.name), *row])
  if full is not None:
    alone = _with_interval(full.mean, full.low, full.high)
    rows.append(["all labels", *[""] * (len(labels) - 1), alone])
  return Table(["Dice at labels", *labels], rows)


def _with_interval(mean, low, high, write=words.number):
  if not np.isfinite(low):
    return write(mean)
  return f"{write(mean)}\n{write(low)} to {write(high)}"


def _table_row(row):
  number = {k: float(row[k] or "nan") for k in ("mean", "sd", "p", "p_paired")}
  return [
    words.plain(row["arm"]),
    str(row["n"]),
    row["percent"],
    words.number(number["mean"]),
    words.number(number["sd"]),
    words.number(number["p"], 4),
    words.number(number["p_paired"], 4),
    "first" if row["first_equivalent"] == 1 else "",
  ]


def _equivalence(found: Found, needed: list[Reading]) -> Section:
  whole = summarize(tables.full_over_seeds(found))
  text = (
    f"With all {found.num_pool} labels the mean Dice is "
    f"{words.number(whole.mean)}, sd over volumes {words.number(whole.sd)}."
  )
  if whole.sd > 0:
    bound = 2 * stats.self_equivalence_bound(whole, ALPHA)
    text += (
      f" The bounds are then {words.number(bound)}, {bound / whole.mean:.0%} "
      "of that mean: a model that is worse by less than that can pass. They "
      "grow with the spread of the reference, so a worse reference is easier "
      "to match."
    )
  head = ["", "first", "stable", "first, by seed", "stable, by seed", "passes"]
  rows = [_reading_row(one) for one in needed]
  note = (
    "Labels until equivalence. Stable: that round and all later ones pass. By "
    "seed: each seed against its own model with all labels. Passes: share of "
    "all rounds and seeds that pass, none corrected for their number."
  )
  return Section("Labels needed", (text,), (), ((Table(head, rows), note),))


def _reading_row(one: Reading):
  return [
    words.plain(one.name),
    labels_text(one.mean.first),
    labels_text(one.mean.stable),
    ", ".join(map(labels_text, one.by_seed.first)),
    ", ".join(map(labels_text, one.by_seed.stable)),
    f"{one.passes:.0%}",
  ]


def labels_text(count: float) -> str:
  """A number of labels, or "never"."""
  return f"{count:g}" if np.isfinite(count) else "never"


def _needed_rows(one: Reading):
  """Of labels_needed.csv: the mean over seeds, then each seed."""
  yield {"arm": one.name, "seed": "mean"} | {
    name: labels_text(x) for name, x in one.mean._asdict().items()
  }
  for number, pair in enumerate(zip(*one.by_seed, strict=True)):
    texts = map(labels_text, pair)
    first, stable = texts
    yield {"arm": one.name, "seed": number, "first": first, "stable": stable}


def _differences(found: Found) -> Section:
  rows = [
    [
      words.plain(gap.arm.name),
      f"{gap.arm.labels[-1]:g}",
      _with_interval(*gap.seeds[:3], words.signed),
      words.bounds(gap.volumes, sign=True),
    ]
    for gap in tables.minus_random(found)
  ]
  note = (
    "At the last round, same volumes and seeds, with 95 % intervals: over "
    "trainings (t of the paired seeds), which a verdict needs; and over "
    "volumes (BCa bootstrap, each volume with all its seeds), which says how "
    "far these trainings would differ on other volumes."
  )
  table = Table(["", "labels", "Dice minus random", "over volumes"], rows)
  return Section("Against random", (), (), ((table, note),) if rows else ())


def _failures(found: Found, workdir: pathlib.Path) -> Section:
  if not found.arms:
    return Section("Failure cases", ("No arm has finished a round.",))
  dice = failures.last_dice(found)
  text = (
    f"At the last round {int((dice < 0.5).sum())} of {len(dice)} test volumes "
    "have a mean Dice below 0.5 over arms and seeds. The hardest are below."
  )
  sizes = {r["id"]: r for r in store.read_rows(workdir / "patients.csv")}
  full = tables.full_over_seeds(found)
  head = ["", "foreground, voxels", *(words.plain(a.name) for a in found.arms)]
  rows = [
    [
      found.patients[i],
      sizes.get(found.patients[i], {}).get("voxels", words.NOTHING),
      *(words.number(nan_mean(a.dice[:, -1, i])) for a in found.arms),
      words.number(full[i]),
    ]
    for i in failures.hardest(found, 5)
  ]
  table = Table([*head, "all labels"], rows)
  return Section(
    "Failure cases",
    (text,),
    _drawn(workdir),
    ((table, "Dice, mean of seeds."),),
  )


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


def _published() -> Section:
  table, needed = tables.published(), tables.published_needed()
  _, full = table.pop("full_data")
  labels = [f"{n:g}" for n in next(iter(table.values()))[0]]
  rows = []
  for name, (_, cells) in table.items():
    values = [
      f"{words.number(m)}\nsd {words.number(s)}"
      for m, s in zip(cells.mean, cells.sd, strict=True)
    ]
    both = [labels_text(needed[name].first), labels_text(needed[name].stable)]
    rows.append([words.plain(name), *values, *both])
  text = (
    "The published table, of another task: enhancing tumour in the brain MRI "
    f"of children, {tables.PATIENTS} test patients, one run for each arm. With "
    f"all 513 labels: {words.number(full.mean[0])}, sd "
    f"{words.number(full.sd[0])}. First and stable are computed again from its "
    "means and sds, with the test used here."
  )
  head = ["Dice at labels", *labels, "first", "stable"]
  return Section("As published", (text,), (), ((Table(head, rows), ""),))
