"""Whole runs: for many seeds against torch, and where their time goes.

  python -m experiments.benchmarks.runs --csv=runs.csv
  python -m experiments.benchmarks.runs --data=breastmnist.npz \\
    --slices=acdc_slices_128.npz

Prints (a) a perceptron on scikit-learn's digits and (b) a small CNN on images
of breastmnist's shape, or on --data itself, each against the same training,
asking and testing in torch: one program of ours for all seeds, a plain loop in
torch, with random batches, dropout, clipping, warm-up and cosine on both sides;
(c) passes of MC dropout, see `experiments.benchmarks.passes`; (d) where the
time of a run on --data, or on the phantom, goes. --only=mlp,cnn,passes,shares
takes some of them.
"""

import functools
import os
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags, logging
from rich.console import Console

from alx import data, models, over_seeds
from alx.acquisition import BY_NAME
from alx.data.patches import stack_images
from alx.devices.processes import cores_here
from alx.loop import make_loop, simulate
from alx.runs.settings.config import Config
from alx.training.augment import Augment
from alx.training.learner import make_learner
from alx.training.settings import Asking, Training
from experiments.benchmarks import acquisition, passes, shares
from experiments.benchmarks.acquisition_case import Case
from experiments.benchmarks.acquisition_measure import all_cores, machine

START, QUERY, BATCH, RATE = 20, 20, 32, 3e-3
PARTS = ("mlp", "cnn", "passes", "shares")


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_list("only", [], f"Some of {', '.join(PARTS)}; empty: all.")
  flags.DEFINE_string(
    "data",
    "",
    "A MedMNIST .npz for the CNN and the shares; without it noise of that "
    "shape, and the phantom.",
  )
  flags.DEFINE_string("slices", "", "An .npz for the passes; without it noise.")
  flags.DEFINE_integer(
    "blocks", passes.BLOCKS, "For the passes, of 4 slices.", lower_bound=1
  )
  flags.DEFINE_integer("repeats", 5, "Turns that count.", lower_bound=1)
  flags.DEFINE_string("csv", "", "Write the rows against torch to this file.")


def digits(_: int) -> dict:
  """Vectors of 64 numbers, ten classes."""
  from sklearn.datasets import load_digits

  x, y = load_digits(return_X_y=True)
  return _inputs((x / 16).astype(np.float32), y, 10)


def breast(path: str, _: int) -> dict:
  """Images of 28 x 28, two classes."""
  if path:
    dataset = data.load(path)
    classes = len(dataset.class_names)
    return _inputs(np.stack(dataset.images), np.stack(dataset.labels), classes)
  rng = np.random.default_rng(0)
  images = rng.standard_normal((780, 28, 28, 1)).astype(np.float32)
  return _inputs(images, rng.integers(0, 2, len(images)), 2)


def _inputs(x, y, num_classes):
  order = np.random.default_rng(0).permutation(len(x))
  pool, test = np.split(order, [3 * len(x) // 4])
  return {
    "x": x[pool],
    "y": y[pool].astype(np.int32),
    "test x": x[test],
    "test y": y[test].astype(np.int32),
    "classes": num_classes,
  }


@functools.cache
def _program(kind, shape, num_classes, steps, rounds):
  """(keys, images, labels, test images and labels) -> accuracy [R, rounds]."""
  patch = shape[:-1]
  training = Training(
    patch,
    steps=steps,
    batch=BATCH,
    learning_rate=RATE,
    class_aware=0.0,
    augment=Augment(flips=False, turns=False, intensity=0.0),
  )
  make = {"mlp": models.make_mlp, "cnn": models.make_cnn}[kind]
  widths = {"mlp": (128,), "cnn": (16, 32, 64)}[kind]
  model = make(num_classes, widths, 0.2)
  learner = make_learner(model, num_classes, shape[-1], training)
  loop = make_loop(learner, BY_NAME["entropy"], Asking(QUERY, 2048))

  def run(key, images, labels, test_images, test_labels):
    def accuracy(state):
      items = jnp.arange(test_labels.shape[0], dtype=jnp.int32)
      found = learner.predict(key, state.params, test_images, items, 0)
      return (found.probs[0].argmax(-1) == test_labels).mean()

    return simulate(
      loop,
      key,
      images,
      labels,
      start=START,
      query=QUERY,
      rounds=rounds - 1,
      evaluate=accuracy,
    )[2]

  return over_seeds(run)


def ours(kind, seeds, steps, rounds, inputs):
  """Accuracy [R, rounds] of all seeds."""
  shape = inputs["x"].shape[1:]
  program = _program(kind, shape, inputs["classes"], steps, rounds)
  images, tests = (
    jax.tree.map(jnp.asarray, stack_images(list(inputs[name]), shape[:-1]))
    for name in ("x", "test x")
  )
  keys = jax.random.split(jax.random.key(0), seeds)
  return np.asarray(program(keys, images, inputs["y"], tests, inputs["test y"]))


def in_torch(kind, seeds, steps, rounds, inputs):
  """The same, seed after seed and step after step."""
  import torch

  torch.set_num_threads(len(cores_here()))
  x, tests = (_in_torch(kind, inputs[name]) for name in ("x", "test x"))
  y, truth = (torch.tensor(inputs[n]).long() for n in ("y", "test y"))
  found = np.zeros((seeds, rounds))
  for seed in range(seeds):
    torch.manual_seed(seed)
    labelled = torch.randperm(len(x))[:START]
    for number in range(rounds):
      net = _net(kind, x, inputs["classes"])
      _train(net, x[labelled], y[labelled], steps)
      net.eval()
      with torch.no_grad():
        found[seed, number] = (net(tests).argmax(1) == truth).float().mean()
        probs = net(x).softmax(1)
      score = -(probs * probs.clamp_min(1e-30).log()).sum(1)
      score[labelled] = -1
      labelled = torch.cat([labelled, score.topk(QUERY).indices])
  return found


def _in_torch(kind, x):
  import torch

  x = torch.tensor(x)
  return x.movedim(-1, 1).contiguous() if kind == "cnn" else x


def _net(kind, x, num_classes):
  from torch import nn

  if kind == "mlp":
    hidden, drop = 128, nn.Dropout(0.2)
    layers = [nn.Linear(x.shape[1], hidden), nn.ReLU()]
    return nn.Sequential(*layers, drop, nn.Linear(hidden, num_classes))
  layers, channels = [], x.shape[1]
  for width in (16, 32, 64):
    layers += [nn.MaxPool2d(2)] if layers else []
    layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False)]
    layers += [nn.GroupNorm(8, width), nn.ReLU()]
    channels = width
  pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
  return nn.Sequential(
    *layers, pool, nn.Dropout(0.2), nn.Linear(64, num_classes)
  )


def _train(net, x, y, steps):
  import torch

  adam = torch.optim.Adam(net.parameters(), RATE, foreach=True)
  warm = steps // 10

  def rate(step):
    if step < warm:
      return 0.1 + 0.9 * step / warm
    return 0.5 + 0.5 * np.cos(np.pi * (step - warm) / (steps - warm))

  schedule = torch.optim.lr_scheduler.LambdaLR(adam, rate)
  for _ in range(steps):
    items = torch.randint(len(x), (BATCH,))
    loss = torch.nn.functional.cross_entropy(net(x[items]), y[items])
    adam.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0, foreach=True)
    adam.step()
    schedule.step()


def same_accuracy(ours, theirs) -> float:
  """1 - the difference of the mean accuracies after the last round."""
  return 1 - abs(float(ours[:, -1].mean() - theirs[:, -1].mean()))


def cases(path: str) -> list[Case]:
  """Against torch: the perceptron, and the CNN on the data of that path."""
  images = functools.partial(breast, path)
  return [
    case("mlp", digits, 20, 500, 10, 8),
    case("cnn", images, 5, 200, 6, 1, ", wanted 1x of its time, stretch 0.6x"),
  ]


def case(
  kind: str,
  make: Callable,
  seeds: int,
  steps: int,
  rounds: int,
  bar: float,
  note: str = "",
) -> Case:
  """One network; `bar` is how many times torch's time should be ours."""
  size = f"{rounds} rounds x {seeds} seeds x {steps} steps"
  protocol = kind, seeds, steps, rounds
  return Case(
    kernel=kind,
    size=size + note,
    bars={"torch": bar},
    make=make,
    ours=functools.partial(ours, *protocol),
    baselines={"torch": functools.partial(in_torch, *protocol)},
    agree=same_accuracy,
  )


def main(_: list[str]) -> None:
  """Compares, prints the tables and writes the rows."""
  logging.set_verbosity(logging.WARNING)  # orbax tells a lot
  console, options = Console(), flags.FLAGS
  parts = options.only or PARTS
  if set(parts) - set(PARTS):
    raise app.UsageError(f"--only={','.join(parts)}: there are {PARTS}")
  cores = all_cores()
  console.print(", ".join(f"{k} {v}" for k, v in machine().items()))
  console.print(f"{cores} threads each, load {os.getloadavg()[0]:.1f}")
  against = [c for c in cases(options.data) if c.kernel in parts]
  acquisition.compare(against, options.repeats, options.csv, console)
  if "passes" in parts:
    print_passes(options.slices, options.blocks, options.repeats, console)
  if "shares" in parts:
    print_shares(shares.config_for(options.data), console)


def print_passes(
  path: str, blocks: int, repeats: int, console: Console
) -> None:
  """MC dropout on slices of the file, or on noise if there is no path."""
  count = blocks * passes.BLOCK
  slices = passes.read_slices(path, count) if path else passes.noise(count)
  sizes = passes.PASSES, passes.BLOCK
  console.print(passes.comparison(*sizes, slices, repeats))


def print_shares(config: Config, console: Console) -> None:
  """Where the time of a run goes."""
  seconds = shares.seconds_of(config)
  console.print(shares.table(seconds))
  console.print(shares.verdict(seconds))


if __name__ == "__main__":
  define_flags()
  app.run(main)
