# %% [markdown]
# # Read a report honestly
#
# From the tables of a run to sentences that hold: intervals, paired
# differences, labels needed, equivalence, and a correction for looking at
# several methods. Each number is computed from `curve.csv`, so that you can do
# it with any run.

# %% cellView="form"
# @title Install
import os

try:
  import alx
except ImportError:
  # %pip install -q alx-imaging
  import alx

SMOKE = "ALX_SMOKE" in os.environ  # set by tests: as small as can be
print("alx", alx.__version__)

# %% [markdown]
# ## A run to read
#
# Give the folder of a run of yours, with `random` and the models with all
# labels (both run unless you say no), or leave it empty: then one on made-up
# embeddings is run, four methods and ten seeds.

# %% cellView="form"
# @title Settings
folder = ""  # @param {type:"string"}
share = 0.98  # @param {type:"slider", min:0.8, max:1.0, step:0.01}
bound = 0.02  # @param {type:"number"}
# @markdown `share`: of the score with all labels, that labels are counted to.
# @markdown `bound`: a difference that would not matter to you.

# %%
import pathlib

import numpy as np
from alx import runs

if not folder:
  rng = np.random.default_rng(3)
  count = 150 if SMOKE else 1500
  labels = rng.integers(0, 3, count)
  centres = 0.55 * rng.standard_normal((3, 24))
  rows = centres[labels] + rng.standard_normal((count, 24))
  np.savez("made.npz", features=rows.astype(np.float32), labels=labels)
  config = runs.Config(
    data="made.npz",
    acquisition=("entropy", "margin", "k_center"),
    seeds=4 if SMOKE else 10,
    start=10,
    query=10 if SMOKE else 15,
    rounds=2 if SMOKE else 8,
    steps=4 if SMOKE else 200,
  )
  folder = runs.run(config, "runs/to_read").page.parent

# %% [markdown]
# ## 1. The tables
#
# `runs/METHOD-seedS/curve.csv` has a row per round. Only seeds that all methods
# have are kept, in one order: that makes rows pairs.

# %%
import re

from alx import csv_table

curves = {}
for path in sorted(pathlib.Path(folder).glob("runs/*-seed*/curve.csv")):
  name, seed = re.fullmatch(r"(.+)-seed(\d+)", path.parent.name).groups()
  curves.setdefault(name, {})[int(seed)] = csv_table.read(path)
metric = "dice" if "dice" in next(iter(curves["random"].values()))[0] else "auc"
shared = sorted(set.intersection(*map(set, curves.values())))
scores = {
  name: np.array([[float(r[metric]) for r in by_seed[s]] for s in shared])
  for name, by_seed in curves.items()
}
full = scores.pop("full")[:, 0]
labels = [int(row["labels"]) for row in curves["random"][shared[0]]]
others = [name for name in scores if name != "random"]
print(f"{metric}, {len(shared)} paired seeds, labels {labels}")

# %% [markdown]
# ## 2. A mean has an interval
#
# 95% intervals of the mean over seeds (Student's t). They say where the mean of
# very many seeds would be, on these data and this split; not where a single run
# of yours would be.

# %%
from alx import stats

for name, values in scores.items():
  mean, low, high, _ = stats.mean_interval(values[:, -1])
  print(f"{name:9} {mean:.3f} ({low:.3f} to {high:.3f})")
mean, low, high, _ = stats.mean_interval(full)
print(f"all       {mean:.3f} ({low:.3f} to {high:.3f})")

# %% [markdown]
# ## 3. Differences are paired
#
# Intervals of two means may overlap although one is better in every seed. Ask
# for the difference within seeds. And three methods are three chances to be
# lucky: Holm's correction keeps the chance of any false find below 5%.

# %%
differences = {
  name: stats.paired(scores[name][:, -1], scores["random"][:, -1])
  for name in others
}
p = np.array([stats.t_test(found) for found in differences.values()])
for name, raw, adjusted in zip(others, p, stats.holm(p), strict=True):
  low, high = stats.t_interval(differences[name])
  print(
    f"{name:9} minus random {differences[name].value:+.4f} "
    f"({low:+.4f} to {high:+.4f}), p {raw:.4f}, Holm {adjusted:.4f}"
  )

# %% [markdown]
# ## 4. Labels needed: first, stable, censored
#
# How many labels until the mean reaches the target? The *first* time flatters a
# noisy curve; *stable* is from where it stays above. If it never does within
# the budget the number is censored: more than the last budget, not equal to it.
# The percentage is the share of resampled sets of seeds that never get there.

# %%
target = share * full.mean()
needed = {}
for name, values in scores.items():
  needed[name] = stats.labels_needed_interval(labels, values, target)
  texts = []
  for rule, found in zip(("first", "stable"), needed[name], strict=True):
    value = f"{found.value:.0f}" if np.isfinite(found.value) else "never"
    end = f"{found.high:.0f}" if np.isfinite(found.high) else f">{labels[-1]}"
    texts.append(f"{rule} {value} ({found.low:.0f} to {end}), ")
    texts.append(f"censored {found.censored:.0%}; ")
  print(f"{name:9}", "".join(texts))

# %% [markdown]
# ## 5. "No difference" needs a test of its own
#
# A large p says that nothing was found, which few seeds always manage. To say
# "as good as all labels" put a bound before you look, and test that the
# difference lies inside it: two one-sided tests (TOST). `p` below 0.05 shows
# equivalence within the bound, and nothing about a smaller one. These p are not
# corrected: with several methods decide beforehand which one it is about.

# %%
for name, values in scores.items():
  found = stats.tost(stats.paired(values[:, -1], full), bound)
  verdict = "equivalent" if found.p < 0.05 else "not shown"
  print(
    f"{name:9} minus all labels {found.difference:+.4f}, 90% interval "
    f"{found.low:+.4f} to {found.high:+.4f}, p {found.p:.4f}: {verdict}"
  )

# %% [markdown]
# ## The answer in one picture

# %%
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
for name, values in scores.items():
  mean, low, high, _ = stats.mean_interval(values)
  left.plot(labels, mean, "o-", label=name)
  left.fill_between(labels, low, high, alpha=0.15)
left.axhline(target, color="gray", ls=":", label=f"{share:.0%} of all labels")
left.set_xlabel("labels")
left.set_ylabel(metric)
left.legend()
for place, name in enumerate(others):
  low, high = stats.t_interval(differences[name])
  right.plot([low, high], [place, place], "k-")
  right.plot(differences[name].value, place, "kD")
right.axvline(0, color="gray", ls=":")
right.axvspan(-bound, bound, alpha=0.1)
right.locator_params(axis="x", nbins=5)
right.set_yticks(range(len(others)), others)
right.set_xlabel(f"{metric} minus random (shaded: would not matter)")
plt.show()

# %% [markdown]
# What none of this shows: another split, another data set, another network.
# Seeds repeat the training, not the world. A difference that is real and lies
# in the shaded band is real and does not matter.
