# %% [markdown]
# # Embeddings and a cold start: which labels first?
#
# Before there is any label, features can be learned from the images alone. Here
# the first labels are chosen on such features in three ways, with 20 paired
# repeats each, and you see whether a clever start beats a random one.

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
# ## Pictures, made here
#
# Five kinds of texture, from common to rare, as kinds of tissue are. Put in
# your own: `images` `[N, height, width]`, and `labels` only to judge the
# result.

# %%
import numpy as np

rng = np.random.default_rng(0)
count = 80 if SMOKE else 600
shares = [0.4, 0.25, 0.2, 0.1, 0.05]
labels = rng.choice(5, count, p=shares)
rows, columns = np.mgrid[:20, :20] / 20
images = []
for label in labels:
  angle = rng.normal(0.5 * label, 0.12)
  wave = 2 + 0.6 * label + rng.normal(0, 0.25)
  along = np.cos(angle) * rows + np.sin(angle) * columns
  texture = np.sin(2 * np.pi * (wave * along + rng.uniform()))
  images.append(texture + rng.normal(0, 0.8, texture.shape))
images = np.array(images, np.float32)

# %% [markdown]
# ## Features without labels
#
# `pca` takes a moment. `simclr` trains a small network to know two views of one
# image from all others; it takes longer, and here waves that only differ by a
# shift are alike to it.

# %% cellView="form"
# @title Settings
encoder = "simclr"  # @param ["simclr", "autoencoder", "pca"]
first_labels = 10  # @param {type:"slider", min:5, max:50, step:5}
repeats = 20  # @param {type:"slider", min:5, max:50, step:5}

# %%
import jax
from alx import label_free
from alx.data.patches import stack_images

encoding = label_free.Encoding(
  widths=(8, 16) if SMOKE else (16, 32, 64),
  longest=20,
  steps=2 if SMOKE else 150,
  batch=16 if SMOKE else 64,
)
stacked = stack_images([x[..., None] for x in images], (20, 20))
everyone = np.arange(count, dtype=np.int32)
features = label_free.make_features(
  encoder, jax.random.key(0), stacked, everyone, everyone, encoding
)
features -= features.mean(0)
print(f"{encoder}: features {features.shape}")

# %% [markdown]
# ## One repeat
#
# Half of the items are the pool, half are tested on. A method chooses the first
# labels in the pool; a linear classifier (ridge regression, in closed form)
# learns from them. `typiclust` takes a typical item of each cluster, `k_center`
# the items that are farthest from each other.


# %%
def accuracy_with(method, seed):
  order = np.random.default_rng(seed).permutation(count)
  pool, test = order[: count // 2], order[count // 2 :]
  chosen = pool[
    alx.query(method, k=first_labels, features=features[pool], key=seed)
  ]
  x, y = features[chosen], np.eye(5)[labels[chosen]]
  scale = 0.1 * np.mean(np.square(x)) * x.shape[1]
  gram = x @ x.T + scale * np.eye(len(x))
  scores = features[test] @ x.T @ np.linalg.solve(gram, y - y.mean(0))
  predicted = (scores + y.mean(0)).argmax(1)
  hit = [np.mean(predicted[labels[test] == c] == c) for c in set(labels[test])]
  return np.mean(hit), len(set(labels[chosen]))


# %% [markdown]
# ## Twenty repeats, in pairs
#
# The number of a repeat decides the split, for all methods alike. That is what
# makes the differences fair, and small ones visible.

# %%
methods = ["random", "typiclust", "k_center"]
found = {
  name: np.array([accuracy_with(name, seed) for seed in range(repeats)])
  for name in methods
}
for name, values in found.items():
  accuracy, kinds = values.mean(0)
  print(f"{name:10} balanced accuracy {accuracy:.3f}, kinds seen {kinds:.1f}")

# %% [markdown]
# ## The answer
#
# Each dot is a repeat: what the method gained over a random start of the same
# split. Diamonds are means with 95% intervals.

# %%
import matplotlib.pyplot as plt
from alx import stats

for place, name in enumerate(methods[1:]):
  gains = found[name][:, 0] - found["random"][:, 0]
  plt.plot(gains, np.full(repeats, place), "o", alpha=0.3)
  mean, low, high, _ = stats.paired_difference(
    found[name][:, 0], found["random"][:, 0]
  )
  plt.plot([low, high], [place, place], "k-")
  plt.plot(mean, place, "kD")
  print(f"{name} minus random: {mean:+.3f} ({low:+.3f} to {high:+.3f})")
plt.axvline(0, color="gray", ls=":")
plt.yticks(range(len(methods) - 1), methods[1:])
plt.margins(y=0.4)
plt.xlabel(f"gain in balanced accuracy with {first_labels} labels")
plt.show()

# %% [markdown]
# The intervals are about splits of these pictures, with one set of features: an
# encoder trained from another key may give another answer, and other images
# surely. Change `encoder` to `pca` and see how much hangs on the features.
#
# Once some labels are there, `runs.run(runs.Config(data="features.npz", ...))`
# runs whole studies on embeddings in seconds, all seeds at once: see
# `03_a_rare_class`.
