# %% [markdown]
# # Write an acquisition of your own
#
# A method is two functions: `describe` keeps of each item what matters,
# `select` chooses among the items. Here is one of ten lines that avoids near
# copies of what it has just picked, against plain entropy, on a pool with many
# of them.

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
# ## The two functions
#
# `describe` sees a block of B predictions while they are alive: `probs` `[S, B,
# C]` of S posterior samples and `features` `[B, D]`. `select` sees what was
# kept of all N items, and which of them it may pick. Higher gain is picked
# first; ties go to the lowest id.

# %%
import jax
import jax.numpy as jnp
from alx.acquisition import Acquisition
from alx.acquisition.base import greedy, usable
from jax.scipy.special import xlogy


def describe(keys, prediction):
  del keys  # chance plays no part here
  probs = prediction.probs.mean(0)
  return -xlogy(probs, probs).sum(-1), prediction.features


def select(key, description, candidates, k):
  del key
  (doubt, features), candidates = usable(description, candidates)
  unit = features / (jnp.linalg.norm(features, axis=1, keepdims=True) + 1e-9)

  def gains(nearest):  # [N] cosine to the nearest item picked so far
    return doubt * (1 - nearest)

  def update(nearest, item):
    return jnp.maximum(nearest, unit @ unit[item])

  return greedy(jnp.zeros_like(doubt), gains, update, candidates.available, k)


mine = Acquisition(describe, select, needs=("probs", "features"))

# %% [markdown]
# ## A look by hand
#
# Items 0 and 1 are the most uncertain, and the same. A good batch of two takes
# one of them, and the next best that differs.

# %%
import numpy as np
from alx.acquisition import Candidates
from alx.prediction import Prediction

probs = jnp.array([[[0.5, 0.5], [0.5, 0.5], [0.7, 0.3], [0.99, 0.01]]])
features = jnp.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
free = jnp.ones(4, bool)
kept = describe(None, Prediction(probs, features, free))
picked = select(None, kept, Candidates(free, ~free), 2)
print("picked:", picked)
assert list(picked) == [0, 2]

# %% [markdown]
# ## A pool with near copies
#
# Slices of one volume, frames of one video: every item is there six times, with
# a little noise. The model is a linear head on the features.

# %%
from alx import models
from alx.data.patches import stack_images
from alx.training.learner import make_learner
from alx.training.settings import Training

rng = np.random.default_rng(0)
cases, copies, width = (12, 3, 8) if SMOKE else (80, 6, 16)
centres = 0.9 * rng.standard_normal((4, width))


def draw(number):
  labels = rng.integers(0, 4, number)
  rows = centres[labels] + rng.standard_normal((number, width))
  return rows.astype(np.float32), labels.astype(np.int32)


rows, kinds = draw(cases)
rows = np.repeat(rows, copies, 0)
rows += 0.05 * rng.standard_normal(rows.shape).astype(np.float32)
hidden = jnp.asarray(np.repeat(kinds, copies))
test_rows, test_kinds = draw(400)
pool = jax.device_put(stack_images(list(rows), ()))
test = jax.device_put(stack_images(list(test_rows), ()))

training = Training(
  patch=(), steps=4 if SMOKE else 150, batch=32, learning_rate=3e-2
)
learner = make_learner(models.make_mlp(4, ()), 4, width, training)

# %% [markdown]
# ## Twenty paired runs of each
#
# `simulate` is one run as a function of a key; `over_seeds` does all keys in
# one program. Equal keys have equal first labels and weights.

# %%
from alx.acquisition import BY_NAME
from alx.loop import make_loop, simulate
from alx.training.settings import Asking

QUERY, ROUNDS = (4, 2) if SMOKE else (8, 6)
keys = jax.random.split(jax.random.key(0), 4 if SMOKE else 20)
items = jnp.arange(len(test_kinds))


def evaluate(state):
  probs = learner.predict(state.key, state.params, test, items, 0).probs[0]
  return (probs.argmax(-1) == test_kinds).mean()


def accuracy_of(acquisition):
  loop = make_loop(learner, acquisition, Asking(QUERY))

  def run(key):
    plan = {"start": QUERY, "query": QUERY, "rounds": ROUNDS}
    return simulate(loop, key, pool, hidden, evaluate=evaluate, **plan)[2]

  return np.asarray(alx.over_seeds(run)(keys))


arms = {"random": BY_NAME["random"], "entropy": BY_NAME["entropy"]}
arms["entropy, no copies"] = mine
accuracy = {name: accuracy_of(arm) for name, arm in arms.items()}

# %% [markdown]
# ## The answer

# %%
import matplotlib.pyplot as plt
from alx import stats

budget = QUERY * (1 + np.arange(ROUNDS + 1))
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
for name, values in accuracy.items():
  mean, low, high, _ = stats.mean_interval(values)
  left.plot(budget, mean, "o-", label=name)
  left.fill_between(budget, low, high, alpha=0.15)
for name in ("random", "entropy"):
  gain = stats.paired_difference(accuracy["entropy, no copies"], accuracy[name])
  right.errorbar(
    budget,
    gain.mean,
    [gain.mean - gain.low, gain.high - gain.mean],
    fmt="o-",
    capsize=3,
    label=f"mine minus {name}",
  )
right.axhline(0, color="gray", ls=":")
left.set_ylabel("accuracy")
right.set_ylabel("paired difference, 95% interval")
for axis in (left, right):
  axis.set_xlabel("labels")
  axis.legend()
plt.show()

# %% [markdown]
# The pool was made so that copies hurt. Set `copies` to 1: if the gain is gone,
# it came from where it should. Each interval is one of several looks at the
# same runs, without correction; decide on one budget before you look, or see
# `07_read_a_report`.
#
# To add it for good: one row in `BY_NAME` and a NumPy oracle; `CONTRIBUTING.md`
# has the steps, and the contract test then tries everything a method must
# withstand.
