# %% [markdown]
# # Your own model: torch, nnU-Net, anything
#
# `alx.query` takes arrays and returns ids: no model of ours is needed. First
# with logits and features from torch, then with the probabilities that nnU-Net
# writes, which become a list of cases, the most uncertain first.

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
# ## 1. Logits and features from torch
#
# Tensors are handed over by DLPack, without a copy where the devices allow it.
# Without torch, NumPy stands in.

# %%
import numpy as np

rng = np.random.default_rng(0)
count, classes, width = (60, 3, 8) if SMOKE else (500, 3, 32)
kinds = rng.integers(0, classes, count)
rows = 2 * np.eye(classes, width)[kinds] + rng.standard_normal((count, width))
rows = rows.astype(np.float32)

try:
  import torch

  torch.manual_seed(0)
  net = torch.nn.Linear(width, classes)
  with torch.no_grad():  # an array that still wants gradients is refused
    features = torch.from_numpy(rows)
    logits = net(features)
  print("torch", torch.__version__)
except ImportError:
  features, logits = rows, rows[:, :classes]
  print("no torch here: NumPy stands in")

# %% [markdown]
# `labelled` says what has its label, `groups` who the patient is: at most one
# item of a patient per query. What cannot be right is a `ValueError` in one
# line.

# %%
labelled = np.arange(count) < 10
patients = [f"patient{i // 4}" for i in range(count)]

for method in (
  "margin",
  "badge",
  "k_center",
  "two_stage(entropy:40, k_center)",
):
  items = alx.query(
    method,
    k=6,
    logits=logits,
    features=features,
    labelled=labelled,
    groups=patients,
    key=0,
  )
  print(f"{method:32} {items}")

try:
  alx.query("bald", k=6, logits=logits)
except ValueError as error:
  print("\nValueError:", error)

# %% [markdown]
# ## 2. Which methods are there?

# %%
fits = [
  name
  for name, method in alx.methods().items()
  if set(method.needs) <= {"probs", "features"}
]
print(f"{len(fits)} methods need no more than probabilities and features:")
print(", ".join(fits))

# %% [markdown]
# ## 3. nnU-Net: from saved probabilities to a list of cases
#
# `nnUNetv2_predict ... --save_probabilities` writes `CASE.npz` with an array
# `probabilities` of `[classes, z, y, x]`. One folder per fold of the cross-
# validation makes an ensemble, and so posterior samples. Give the folder that
# holds `fold_0`, `fold_1`, ..., or leave it empty: then small ones are made.

# %% cellView="form"
# @title Settings
folder = ""  # @param {type:"string"}
method = "bald"  # @param ["bald", "entropy", "variation_ratio", "pairwise_kl"]
reduce = "top_fraction"  # @param ["mean", "top_fraction", "foreground", "max"]


# %%
import pathlib


def write_example(root, folds, cases, shape=(10, 20, 20)):
  places = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)
  for case in range(cases):
    centre = np.array(shape) / 2 + rng.normal(0, 1, 3)
    doubt = 0.1 + 0.15 * case  # how far the folds are apart
    for fold in range(folds):
      edge = 5 + rng.normal(0, doubt) - np.linalg.norm(places - centre, axis=-1)
      organ = 1 / (1 + np.exp(-2 * edge))
      place = root / f"fold_{fold}"
      place.mkdir(parents=True, exist_ok=True)
      probabilities = np.stack([1 - organ, organ]).astype(np.float16)
      np.savez(place / f"case_{case:02d}.npz", probabilities=probabilities)


if not folder:
  folder = "predictions"
  write_example(pathlib.Path(folder), 3, 3 if SMOKE else 8)

# %% [markdown]
# One case at a time: volumes differ in size, and a whole cohort of
# probabilities would not fit in memory. The class axis goes last; nnU-Net
# rounds to 16 bits, so the sums are brought to one again. `top_fraction` is the
# mean over the most uncertain voxels, so that a large background does not drown
# a small organ.


# %%
def score_of(case, folds):
  arrays = [np.load(fold / case)["probabilities"] for fold in folds]
  probs = np.moveaxis(np.stack(arrays).astype(np.float32), 1, -1)
  probs /= probs.sum(-1, keepdims=True)
  scores = alx.score(method, samples=probs[:, None], n=1, reduce=reduce)
  return float(scores[0])


folds = sorted(pathlib.Path(folder).glob("fold_*"))
cases = sorted(path.name for path in folds[0].glob("*.npz"))
scores = {case: score_of(case, folds) for case in cases}
worklist = sorted(scores, key=scores.get, reverse=True)

text = "case,score\n"
text += "".join(f"{c.removesuffix('.npz')},{scores[c]:.6g}\n" for c in worklist)
pathlib.Path("worklist.csv").write_text(text)
print(text)

# %% [markdown]
# ## The answer: the list, and why the first is first

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
top = worklist[:8][::-1]
axes[0].barh([c.removesuffix(".npz") for c in top], [scores[c] for c in top])
axes[0].set_xlabel(f"{method}, {reduce}, in nats")
for axis, case in zip(axes[1:], (worklist[0], worklist[-1]), strict=True):
  organ = [np.load(fold / case)["probabilities"][1] for fold in folds]
  spread = np.std(np.stack(organ).astype(np.float32), 0)
  middle = spread.sum((1, 2)).argmax()
  axis.imshow(spread[middle], vmin=0, vmax=0.5, cmap="gray")
  axis.set_title(f"{case.removesuffix('.npz')}: folds differ")
  axis.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# The list ranks what these folds disagree about. It does not say that a label
# of the first case helps more than of a random one: only a simulated run on
# labelled data of yours can, as in `04_segmentation_3d`. Folds of one training
# set are often sure together where they are wrong together; cases nobody has
# seen the like of may rank low.
