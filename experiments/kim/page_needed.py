"""What the page of the study says of labels needed, here and as published."""

import numpy as np

from alx.report import Section, words
from alx.report.tables import Table
from alx.stats import LabelsNeeded, summarize, tost_power, welch
from experiments.kim import published
from experiments.kim.found import Found, full_over_seeds
from experiments.kim.needed import Reading, labels_text
from experiments.kim.tables import ALPHA, bound_of

_NOTE = (
  "Labels until equivalence; below, the middle 95 % of the same test on "
  "resampled seeds. Stable: that round and all later ones pass. To "
  "random: as a share of what random needs by the same rule, over the seeds "
  "both have; what is missing to 100 % is saved, and a dash says that one of "
  "the two never gets there. By seed: each seed against its own model with all "
  "labels. Passes: share of all rounds and seeds that pass, none corrected for "
  "their number."
)


def equivalence(found: Found, needed: list[Reading]) -> Section:
  """The bounds, and the labels of every arm."""
  full = full_over_seeds(found, tuple(found.full))
  whole, bound = summarize(full), bound_of(full)
  text = (
    f"With all {found.num_pool} labels the mean Dice is "
    f"{words.number(whole.mean)}, sd over volumes {words.number(whole.sd)}."
  )
  if np.isfinite(bound):
    power = tost_power(welch(whole, whole), bound, alpha=ALPHA)
    text += (
      f" The bounds are then {words.number(bound)}, {bound / whole.mean:.0%} "
      "of that mean: a model that is worse by less than that can pass. They "
      "grow with the spread of the reference, so a worse reference is easier "
      f"to match. Two equal models pass with a chance of {power:.0%}. An arm "
      "of fewer seeds has bounds of its own (table_3.csv)."
    )
  head = ["", "seeds", "first", "stable", "first to random"]
  more = ["stable to random", "first, by seed", "stable, by seed", "passes"]
  rows = [_reading_row(one) for one in needed]
  table = Table([*head, *more], rows)
  return Section("Labels needed", (text,), (), ((table, _NOTE),))


def _reading_row(one: Reading):
  return [
    words.plain(one.name),
    str(len(one.seeds)),
    *_with_ranges(one),
    *map(_share_text, one.to_random),
    ", ".join(map(labels_text, one.by_seed.first)),
    ", ".join(map(labels_text, one.by_seed.stable)),
    f"{one.passes:.0%}",
  ]


def _with_ranges(one):
  """First and stable, with what resampled seeds say."""
  texts = [labels_text(count) for count in one.over_seeds]
  if not one.intervals:
    return texts
  return [
    f"{text}\n{words.labels_range(*found[1:3], one.most)}"
    for text, found in zip(texts, one.intervals, strict=True)
  ]


def _texts(labels: LabelsNeeded, shares: LabelsNeeded) -> list[str]:
  """First, stable, and both to random."""
  return [*map(labels_text, labels), *map(_share_text, shares)]


def _share_text(share):
  return f"{share:.0%}" if np.isfinite(share) else words.NOTHING


def as_published() -> Section:
  """The paper's table with the same readings."""
  table = published.table()
  needed, shares = published.needed(), published.to_random()
  _, full = table.pop("full_data")
  labels = [f"{n:g}" for n in next(iter(table.values()))[0]]
  dice = [
    [
      words.plain(name),
      *(
        f"{words.number(m)}\nsd {words.number(s)}"
        for m, s in zip(cells.mean, cells.sd, strict=True)
      ),
    ]
    for name, (_, cells) in table.items()
  ]
  rows = [
    [words.plain(name), *_texts(needed[name], shares[name])] for name in table
  ]
  text = (
    "The published table, of another task: enhancing tumour in the brain MRI "
    f"of children, {published.PATIENTS} test patients, one run for each arm. "
    f"With all 513 labels: {words.number(full.mean[0])}, sd "
    f"{words.number(full.sd[0])}. First and stable are computed again from its "
    "means and sds, with the test used here. The savings it is known for are "
    "those of the first."
  )
  rules = ["first", "stable", "first to random", "stable to random"]
  both = Table(["Dice at labels", *labels], dice), Table(["", *rules], rows)
  return Section("As published", (text,), (), tuple((t, "") for t in both))
