"""The picture of README: learning curves of a run directory, in plain words.

  python docs/images/learning_curves.py RUN_DIR docs/images/rare.png \
    entropy,typiclust

Of the methods named the first is the one that the title speaks of; random is
always drawn. It also prints the numbers that are quoted beside the picture.
"""

import pathlib
import sys

import matplotlib
import numpy as np
from matplotlib import pyplot as plt

from alx import stats
from alx.report.read import read_study

_SAYS = {  # method: (words at its curve, colour, height of the words)
  "margin": ("asked for: images the model\nhesitates over (margin)", "C0", 10),
  "entropy": (
    "asked for: images the model\nis least sure of (entropy)",
    "C0",
    12,
  ),
  "typiclust": ("asked for: typical of one\ncluster each (typiclust)", "C2", 2),
  "random": ("drawn at random", "0.35", -12),
  "k_center": ("asked for: images unlike all\nothers (k-center)", "C3", 0),
}


def curves_of(study):
  """{method: AUC [seeds, rounds]}, paired by seed, and labels [rounds]."""
  curves, labels = {}, None
  for run in sorted(study.runs, key=lambda run: run.seed):
    curves.setdefault(run.acquisition, []).append(run.column("auc"))
    if run.acquisition != "full":
      labels = run.column("labels")
  return {name: np.array(rows) for name, rows in curves.items()}, labels


def saved(curves, labels, method):
  """The first budget whose interval lies above random with all its labels."""
  for column, budget in enumerate(labels):
    last = curves["random"][:, -1]
    found = stats.paired_difference(curves[method][:, column], last)
    if found.low > 0:
      return int(budget), found
  return None


def draw(curves, labels, methods, path):
  """Curves with 95% intervals of the means over seeds, named where they end."""
  matplotlib.rcParams.update({"font.size": 11, "axes.spines.top": False})
  figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
  for name in methods:
    words, colour, height = _SAYS[name]
    of_round = [stats.mean_interval(column) for column in curves[name].T]
    means = [found.mean for found in of_round]
    axes.plot(labels, means, color=colour, linewidth=2.2)
    bounds = [[getattr(f, end) for f in of_round] for end in ("low", "high")]
    axes.fill_between(labels, *bounds, color=colour, alpha=0.15, linewidth=0)
    axes.annotate(
      words,
      (labels[-1], means[-1]),
      xytext=(8, height),
      textcoords="offset points",
      color=colour,
      va="center",
    )
  budget, _ = saved(curves, labels, methods[0])
  column = list(labels).index(budget)
  ends = curves[methods[0]][:, column].mean(), curves["random"][:, -1].mean()
  axes.scatter([budget, labels[-1]], ends, color=["C0", "0.35"], zorder=3)
  axes.set_title(
    f"{budget} X-rays that the model asks for teach it more\n"
    f"than {int(labels[-1])} drawn at random",
    loc="left",
    weight="bold",
  )
  axes.set_xlabel("chest X-rays with a label")
  axes.set_ylabel("pneumonia told from normal\n(AUC on the test images)")
  axes.set_xticks(labels[::2])
  axes.spines.right.set_visible(False)
  figure.text(
    0.99,
    0.01,
    f"mean of {len(curves['random'])} seeds, shaded: 95% interval",
    ha="right",
    color="0.45",
    fontsize=9,
  )
  figure.savefig(path, dpi=110)


def main(run_dir, picture, methods="margin,k_center"):
  """Draws, and prints what is quoted."""
  methods = (*methods.split(","), "random")
  curves, labels = curves_of(read_study(pathlib.Path(run_dir)))
  draw(curves, labels, methods, picture)
  budget, found = saved(curves, labels, methods[0])
  print(f"{methods[0]} with {budget} minus random with {labels[-1]:g}: {found}")
  for name in methods:
    last = curves[name][:, -1]
    found = stats.paired_difference(last, curves["random"][:, -1])
    print(
      f"{name} with {labels[-1]:g}: {last.mean():.3f}, minus random {found}"
    )


if __name__ == "__main__":
  main(*sys.argv[1:])
