# %% [markdown]
# # 3-D segmentation on a GPU
#
# A 3-D U-Net learns to segment volumes from few labelled ones, and asks for the
# next where dropout passes disagree. You see its drafts, where it is unsure,
# and what asking gained over drawing at random.
#
# Runtime, Change runtime type, GPU. Without one everything is made smaller.

# %% cellView="form"
# @title Install
import os

try:
  import alx
except ImportError:
  # %pip install -q alx-imaging
  import alx

import jax

SMOKE = "ALX_SMOKE" in os.environ  # set by tests: as small as can be
on_cpu = jax.default_backend() == "cpu"
print("alx", alx.__version__, "on", jax.devices()[0].device_kind)

# %% [markdown]
# ## Which volumes
#
# `phantom` makes head scans with lesions. For real ones give a folder as the
# Medical Segmentation Decathlon has them, such as `Task04_Hippocampus` (260
# small volumes; get `Task04_Hippocampus.tar` from medicaldecathlon.com into
# your Drive and unpack it), with `imagesTr`, `labelsTr` and `dataset.json`.

# %% cellView="form"
# @title Settings
data = "phantom"  # @param {type:"string"}
method = "bald"  # @param ["bald", "entropy", "k_center", "badge"]
seeds = 3  # @param {type:"slider", min:2, max:10, step:1}
rounds = 4  # @param {type:"slider", min:1, max:8, step:1}
workdir = "runs/segmentation_3d"  # @param {type:"string"}

# %% [markdown]
# A preset says how many labels are asked for; how a model is trained the recipe
# says. On a CPU: two seeds, two rounds, fewer steps, and voxels of real volumes
# merged by twos, so that you see all of it in minutes. Such a model is worse than
# what the same labels allow.

# %%
import dataclasses

from alx import runs
from alx.runs.settings import presets

config = presets.load("phantom" if data == "phantom" else "hippocampus")
config = dataclasses.replace(
  config, data=data, acquisition=(method,), seeds=seeds, rounds=rounds
)
if on_cpu:
  config = dataclasses.replace(config, seeds=2, rounds=2, steps=60, full=False)
if on_cpu and data != "phantom":
  smaller = {"coarsen": 2, "patch": (12, 20, 12), "widths": (8, 16)}
  smaller["steps"] = 200
  config = dataclasses.replace(config, **smaller)
if SMOKE:
  config = dataclasses.replace(config, steps=2, rounds=1, start=2, query=2)
if SMOKE and data == "phantom":
  config = dataclasses.replace(
    config, phantom_items=14, test_items=4, patch=(8, 8, 8), widths=(4, 8)
  )

# %%
result = runs.run(config, workdir)

# %% [markdown]
# ## What it asked for, and why
#
# The first volume asked for in round 1, before its label came: the slice with
# the most uncertainty. The draft is what a reader would correct.

# %%
import matplotlib.pyplot as plt
import numpy as np

folder = result.page.parent / "runs" / f"{method}-seed{config.first_seed}"
seen = np.load(folder / "pictures" / "round_01.npz")
real = ~np.isnan(seen["images"][0])  # slices of other extents are filled up
crop = np.ix_(real.any(1), real.any(0))
figure, axes = plt.subplots(1, 4, figsize=(12, 3.2))
for axis, name in zip(
  axes, ("images", "draft", "truth", "uncertainty"), strict=True
):
  gray = name in ("images", "uncertainty")
  axis.imshow(seen[name][0][crop], cmap="gray" if gray else "viridis")
  axis.set_title(name if name != "images" else str(seen["ids"][0]))
  axis.axis("off")
plt.show()
print(f"mean Dice of this draft: {seen['dice'][0]:.2f}")

# %% [markdown]
# ## The answer
#
# Beside `random` runs `foreground_random`: random among the volumes in which
# the model sees foreground at all. A method that only beats the first has found
# where the organ is, not which volume teaches most.

# %%
from alx import stats

for name, scores in result.scores.items():
  mean, low, high, _ = stats.mean_interval(scores)
  plt.plot(result.labels, mean, "o-", label=name)
  plt.fill_between(result.labels, low, high, alpha=0.15)
plt.ylim(0, 1)
plt.xlabel("labelled volumes")
plt.ylabel("Dice per held-out volume")
plt.legend()
plt.show()

# %%
last = {name: scores[:, -1] for name, scores in result.scores.items()}
for baseline in ("random", "foreground_random"):
  gain, low, high, count = stats.paired_difference(last[method], last[baseline])
  print(
    f"{method} minus {baseline}: Dice {gain:+.3f}, 95% interval {low:+.3f} to "
    f"{high:+.3f}, {count} paired seeds"
  )

# %% [markdown]
# If an interval holds 0, this run does not say which is better; with two or
# three seeds it nearly always does. On real volumes: one split, of items where
# no patients are known. The report has the surface distances and the structures
# that were missed or invented:

# %%
result
