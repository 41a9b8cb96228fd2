# %% [markdown]
# # Quick start: does choosing what to label help?
#
# A small U-Net learns to find lesions in made-up head scans, once with labels
# for scans drawn at random and once with labels for those it asked for. You see
# both learning curves, and what a few repeats allow one to say.
#
# The data are made here. Nothing is downloaded, no label of yours is needed.

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
# ## The scans
#
# Slices of heads with three kinds of lesions, and with vessels and other things
# as bright as lesions that are none. One kind is rare.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np
from alx.data.phantom import make_phantom

heads = make_phantom(
  jax.random.key(0),
  num_items=24 if SMOKE else 140,
  shape=(32, 32),
  size=1.5,
  contrast=0.7,
  hard=0.1,
)
images = np.stack(heads.images)[..., 0]
names = np.array(heads.class_names)
arrays = {"images": images, "labels": np.stack(heads.labels)}
np.savez("heads.npz", patient=heads.groups, class_names=names, **arrays)

figure, axes = plt.subplots(2, 6, figsize=(10, 3.6))
for column, (above, below) in enumerate(axes.T):
  above.imshow(images[column], cmap="gray")
  below.imshow(heads.labels[column], vmax=3)
for axis in axes.flat:
  axis.axis("off")
plt.show()

# %% [markdown]
# ## What is asked
#
# Every round the model is trained from scratch, looks at all scans without a
# label, and asks for the next eight. `bald` asks where passes with other
# neurons dropped out disagree; `random` is always run along, and with it
# `foreground_random`, which draws among the scans that seem to hold a lesion.

# %% cellView="form"
# @title Settings
method = "bald"  # @param ["bald", "entropy", "margin", "k_center", "badge"]
seeds = 3  # @param {type:"slider", min:2, max:10, step:1}
rounds = 3  # @param {type:"slider", min:1, max:6, step:1}
steps = 150  # @param {type:"slider", min:50, max:400, step:50}
workdir = "runs/quick_start"  # @param {type:"string"}

# %%
from alx import runs

config = runs.Config(
  data="heads.npz",
  acquisition=(method,),
  seeds=2 if SMOKE else seeds,
  start=2 if SMOKE else 8,
  query=2 if SMOKE else 8,
  rounds=1 if SMOKE else rounds,
  steps=2 if SMOKE else steps,
  widths=(4, 8) if SMOKE else (8, 16, 32),
  learning_rate=5e-3,
  dropout=0.1,
  class_aware=0.8,
)

# %% [markdown]
# ## The whole study, in one call
#
# `runs.run` trains, asks, looks the labels up and writes everything to
# `workdir`. Run the cell again and it goes on where it was stopped; other
# settings want another `workdir`.

# %%
result = runs.run(config, workdir)

# %% [markdown]
# ## The report
#
# One page, the same that is in `workdir/report.html`: curves, labels needed,
# which scans were asked for, and what the numbers do not carry.

# %%
result

# %% [markdown]
# ## The answer
#
# The lines are means over seeds, the bands 95% intervals of the mean. A seed
# decides the first labels, the first weights and the order of training, for all
# methods alike: so the fair question is the difference within a seed. The
# dotted line has all labels, and is trained until its loss ceases to fall, for
# up to five times the steps of a round.

# %%
from alx import stats

for name, scores in result.scores.items():
  mean, low, high, _ = stats.mean_interval(scores)
  plt.plot(result.labels, mean, "o-", label=name)
  plt.fill_between(result.labels, low, high, alpha=0.15)
plt.axhline(result.full.mean(), color="gray", ls=":", label="all labels")
plt.ylim(0, 1)
plt.xlabel("labelled scans")
plt.ylabel("Dice on scans never trained on")
plt.legend()
plt.show()

# %%
ours, random = result.scores[method][:, -1], result.scores["random"][:, -1]
gain, low, high, count = stats.paired_difference(ours, random)
print(f"{method} minus random with the last labels, {count} paired seeds:")
print(f"Dice {gain:+.3f}, 95% interval {low:+.3f} to {high:+.3f}")
print("excludes 0" if low > 0 or high < 0 else "does not exclude 0: undecided")

# %% [markdown]
# With three seeds the interval is wide whatever happened, because three numbers
# hardly show how much they vary. Take ten seeds, on a GPU, before you believe a
# gain; and note that these scans are made up, so that nothing here says how a
# method does on yours. Next: `01_your_own_data`.
