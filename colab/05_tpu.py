# %% [markdown]
# # TPU: seeds and dropout over devices
#
# The two loops around every study, repeats over seeds and passes of dropout,
# are spread over all devices there are. You see what each device did, that the
# answer does not depend on their number, and how long it took.
#
# Runtime, Change runtime type, TPU. A v5e of Colab is one device, a v2-8 has
# eight cores; one is enough, and so is a CPU.

# %% cellView="form"
# @title Install
# @markdown Without an accelerator a CPU can stand for several devices. They
# @markdown share its cores: that shows how it works, and makes nothing faster.
import os

cpu_devices = 2  # @param {type:"slider", min:1, max:8, step:1}
os.environ["JAX_NUM_CPU_DEVICES"] = str(cpu_devices)  # before jax is imported

try:
  import alx
except ImportError:
  # %pip install -q alx-imaging
  import alx

SMOKE = "ALX_SMOKE" in os.environ  # set by tests: as small as can be

# %% [markdown]
# One process has a TPU at a time. So this notebook calls functions, and starts
# no command: after `import jax` here a `!python ...` would not get the device.

# %%
import jax

devices = jax.local_devices()
print(f"{len(devices)} x {devices[0].device_kind} ({devices[0].platform})")
if len(devices) == 1:
  print("One device: all below runs on it, in turn or as one batch.")

# %% [markdown]
# ## Pictures and a model
#
# Bright spots on noise, in three sizes; a small perceptron with dropout.

# %%
import numpy as np
from alx import models
from alx.data.patches import stack_images
from alx.training.learner import make_learner
from alx.training.settings import Training

rng = np.random.default_rng(0)
count = 60 if SMOKE else 400
labels = rng.integers(0, 3, count).astype(np.int32)
rows, columns = np.mgrid[:12, :12] - 5.5
spots = []
for label in labels:
  distance = np.hypot(rows - rng.normal(0, 1), columns - rng.normal(0, 1))
  spots.append((distance < 2 + label) + rng.normal(0, 0.9, distance.shape))
spots = [spot[..., None].astype(np.float32) for spot in spots]
held_out = count // 3
pool = jax.device_put(stack_images(spots[held_out:], (12, 12)))
test = jax.device_put(stack_images(spots[:held_out], (12, 12)))

model = models.make_mlp(3, (64,), 0.3)
training = Training(patch=(12, 12), steps=4 if SMOKE else 150, batch=32)
learner = make_learner(model, 3, 1, training)

# %% [markdown]
# ## Seeds over devices
#
# A whole study, from the first weights to the last round, is a function of a
# random key. `alx.over_seeds` makes it one of many keys: the seeds are cut into
# equal parts, one for each device, in one compiled program.

# %%
import time

import jax.numpy as jnp
from alx.acquisition import BY_NAME
from alx.loop import make_loop, simulate
from alx.training.settings import Asking

ROUNDS = 2 if SMOKE else 5
hidden = jnp.asarray(labels[held_out:])
items = jnp.arange(held_out)


def make_run(method):
  loop = make_loop(learner, BY_NAME[method], Asking(query=8, samples=8))

  def evaluate(state):
    probs = learner.predict(state.key, state.params, test, items, 0).probs[0]
    return (probs.argmax(-1) == labels[:held_out]).mean()

  def run(key):
    plan = {"start": 8, "query": 8, "rounds": ROUNDS}
    return simulate(loop, key, pool, hidden, evaluate=evaluate, **plan)[2]

  return run


def timed(function, *inputs):
  begun = time.perf_counter()
  out = jax.block_until_ready(function(*inputs))
  return out, time.perf_counter() - begun


# %%
keys = jax.random.split(jax.random.key(0), 4 if SMOKE else 16)
accuracy = {}
for method in ("random", "bald"):
  together = alx.over_seeds(make_run(method))
  _, first = timed(together, keys)  # traces and compiles
  accuracy[method], again = timed(together, keys)
  print(
    f"{method}: {len(keys)} seeds, {-(-len(keys) // len(devices))} a device; "
    f"first call {first:.1f} s, again {again:.2f} s"
  )

# %%
alone = alx.over_seeds(make_run("bald"), devices=devices[:1])
gap = np.abs(np.asarray(alone(keys)) - np.asarray(accuracy["bald"])).max()
print(f"the same seeds on one device: accuracy differs by at most {gap:.3f}")

# %% [markdown]
# Weights are fitted in other batches there, so they agree to rounding; where a
# score is nearly tied, rounding can turn a choice, and with it the rest of that
# seed.
#
# ## Dropout passes over devices
#
# A pass is a function of a key too. `over_passes` gives each device its share
# and brings all passes back to every device, in their order.

# %%
from alx.devices.parallel import over_passes
from alx.pool import init_pool, mark_labelled

first_items = jnp.arange(40 if not SMOKE else 8, dtype=jnp.int32)
labelled = mark_labelled(init_pool(count - held_out), first_items)
params, _ = jax.jit(learner.fit)(
  jax.random.key(1), learner.init(jax.random.key(2)), pool, hidden, labelled
)


def one_pass(key, params, images):
  logits, _ = model.apply(params, images, key)
  return jax.nn.softmax(logits)


passes = jax.random.split(jax.random.key(3), 8 if SMOKE else 64)
samples = {}
for name, some in (("all", devices), ("one", devices[:1])):
  spread = over_passes(one_pass, devices=some, at_once=4)
  _, first = timed(spread, passes, params, pool.values)
  samples[name], again = timed(spread, passes, params, pool.values)
  print(
    f"{len(passes)} passes on {len(some)} of {len(devices)} devices: first "
    f"call {first:.2f} s, again {again:.4f} s"
  )
gap = np.abs(np.asarray(samples["all"]) - np.asarray(samples["one"])).max()
print(f"probabilities differ by at most {gap:.1e}")

# %%
scores = alx.score("bald", samples=np.asarray(samples["all"]))
print("the most disputed items:", np.argsort(-scores)[:5])

# %% [markdown]
# ## The answer

# %%
import matplotlib.pyplot as plt
from alx import stats

budget = 8 + 8 * np.arange(ROUNDS + 1)
for name, values in accuracy.items():
  mean, low, high, _ = stats.mean_interval(np.asarray(values))
  plt.plot(budget, mean, "o-", label=name)
  plt.fill_between(budget, low, high, alpha=0.15)
plt.xlabel("labels")
plt.ylabel("accuracy on held-out pictures")
plt.title(f"{len(keys)} seeds on {len(devices)} x {devices[0].platform}")
plt.legend()
plt.show()

# %% [markdown]
# The bands are 95% intervals of the mean over seeds: more devices buy narrower
# bands in the same time. What is measured here is this small model; a speed of
# yours wants your model. On a TPU products of matrices are rounded to bfloat16
# unless asked otherwise: `alx` asks for float32 where distances are ranked,
# your network does what it does.
