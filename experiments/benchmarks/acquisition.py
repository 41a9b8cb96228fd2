"""Time of choosing what to label: ours against the libraries that do the same.

    python -m experiments.benchmarks.acquisition
    python -m experiments.benchmarks.acquisition --only=k_center,badge
    python -m experiments.benchmarks.acquisition --csv=acquisition.csv

Ours and the others take turns in one process on all cores; a figure is the
median of --repeats turns after two that do not count, and `compile_s` is what
ours took longer in the first. A call of less than 0.2 s is repeated to fill
them. Baselines that take minutes run once. `ratio` is their time by ours, `bar`
the ratio that we want, `agree` the share of equal answers. A library that is
not installed is a row that says so: pip install batchbald-redux apricot-select
submodlib-py baal scikit-activeml. Believe runs at low load only.
"""

import csv
import os

from absl import app, flags
from rich.console import Console
from rich.table import Table

from experiments.benchmarks import (
  acquisition_clusters,
  acquisition_cover,
  acquisition_gradients,
  acquisition_joint,
)
from experiments.benchmarks.acquisition_measure import (
  COLUMNS,
  all_cores,
  machine,
  measure,
)

CASES = [
  *acquisition_cover.CASES,
  *acquisition_clusters.CASES,
  *acquisition_gradients.CASES,
  *acquisition_joint.CASES,
]


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_list("only", [], "Kernels to compare; empty: all.")
  flags.DEFINE_integer("repeats", 5, "Turns that count.", lower_bound=1)
  flags.DEFINE_bool("list", False, "Show the kernels and their peers, and end.")
  flags.DEFINE_string("csv", "", "Also write the rows to this file.")


def table(rows: list[dict]) -> Table:
  """The rows of one case for a terminal."""
  first = rows[0]
  ours = f"ours {_text(first['ours_s'])} s + {_text(first['compile_s'])} s once"
  made = Table(*COLUMNS[4:], title=f"{first['kernel']} {first['size']}: {ours}")
  for row in rows:
    made.add_row(*(_text(row[column]) for column in COLUMNS[4:]))
  return made


def _text(value) -> str:
  if value is None:
    return ""
  return f"{value:.3g}" if isinstance(value, float) else str(value)


def listing(cases: list) -> Table:
  """What there is to compare."""
  made = Table("kernel", "size", "baselines (wanted ratio)")
  for case in cases:
    names = [
      f"{name} ({case.bars[name]:g})" if name in case.bars else name
      for name in case.baselines
    ]
    made.add_row(case.kernel, case.size, ", ".join(names))
  return made


def write(path: str, rows: list[dict]) -> None:
  """Every row with the machine it ran on."""
  with open(path, "w", newline="", encoding="utf-8") as file:
    names = [*COLUMNS, *machine()]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | machine() for row in rows)


def wanted(only: list[str]) -> list:
  """The cases of these kernels; all of them when none is named.

  Raises:
    app.UsageError: on a name that no case has.
  """
  known = sorted({case.kernel for case in CASES})
  for name in only:
    if name not in known:
      raise app.UsageError(f"no case {name!r}; there are: {', '.join(known)}")
  return [case for case in CASES if not only or case.kernel in only]


def compare(cases: list, repeats: int, path: str, console: Console) -> None:
  """Prints the table of each case; writes all rows after each baseline."""
  rows = []
  for case in cases:
    mine = []
    for row in measure(case, repeats):
      mine.append(row)
      what = f"{row['kernel']} against {row['baseline']}"
      console.print(f"{what}: {_text(row['ratio']) or row['note']}")
      if path:
        write(path, rows + mine)
    rows += mine
    console.print(table(mine))


def main(_: list[str]) -> None:
  """Compares, prints the tables and writes the rows."""
  console, options = Console(), flags.FLAGS
  cases = wanted(options.only)
  if options.list:
    console.print(listing(cases))
    return
  cores = all_cores()
  console.print(", ".join(f"{k} {v}" for k, v in machine().items()))
  console.print(f"{cores} threads each, load {os.getloadavg()[0]:.1f}")
  compare(cases, options.repeats, options.csv, console)


if __name__ == "__main__":
  define_flags()
  app.run(main)
