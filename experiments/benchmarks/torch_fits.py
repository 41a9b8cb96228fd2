"""Fits of segmentation U-Nets in torch, drawn and decayed as ours are.

What is data or does not change is made once: images and voxels of each class as
tensors, rates of all steps. Channels last, a fused Adam, one thread.
"""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from experiments.benchmarks.torch_nets import layout

try:
  import torch
except ImportError:  # the peer is optional: pip install alx[bench]
  torch = None

_MUON_SHARE = 0.2  # of the rate that Adam takes beside Muon, as in ours


class Labelled(NamedTuple):
  """Labelled items, to draw from."""

  images: Any  # [M, channels, *sp] float32 tensor
  labels: Any  # [M, *sp] int64 tensor
  sizes: np.ndarray  # [M, d], extents that may be read
  voxels: list  # of each class seen: a list of [n, d] for items that show it


class Recipe(NamedTuple):
  """How a net is fitted, as `alx.training.settings.Training` has it."""

  patch: tuple[int, ...]
  batch: int
  rate: float
  optimizer: str  # adam or muon
  class_aware: float = 0.33
  intensity: float = 0.1
  clip: float = 1.0


def gather(
  images: np.ndarray, labels: np.ndarray, sizes: np.ndarray, num_classes: int
) -> Labelled:
  """From arrays [M, *sp, channels], [M, *sp] and [M, d]."""
  voxels = []
  for c in range(num_classes):
    of_class = [
      np.argwhere(label[tuple(slice(n) for n in size)] == c)
      for label, size in zip(labels, sizes, strict=True)
    ]
    voxels.append([(i, v) for i, v in enumerate(of_class) if len(v)])
  first = np.array(np.moveaxis(images, -1, 1), np.float32, order="C")
  return Labelled(
    torch.from_numpy(first),
    torch.from_numpy(labels.astype(np.int64)),
    sizes,
    [of_class for of_class in voxels if of_class],
  )


def draw_batch(rng: np.random.Generator, data: Labelled, recipe: Recipe):
  """(images [B, channels, *patch], labels [B, *patch])."""
  cuts = [_cut(rng, data, recipe) for _ in range(recipe.batch)]
  images = torch.stack([data.images[i][:, *at] for i, at in cuts])
  labels = torch.stack([data.labels[i][at] for i, at in cuts])
  if recipe.intensity:
    shape = (2, recipe.batch, images.shape[1], *[1] * len(recipe.patch))
    amount = rng.uniform(-recipe.intensity, recipe.intensity, shape)
    scale, shift = torch.from_numpy(amount.astype(np.float32))
    images = torch.addcmul(shift, images, 1 + scale)
  return images.contiguous(memory_format=layout(len(recipe.patch))), labels


def _cut(rng, data, recipe):
  """(item, slices): a patch anywhere, or around a voxel of a random class."""
  patch = np.array(recipe.patch)
  if rng.random() < recipe.class_aware:
    shown = data.voxels[rng.integers(len(data.voxels))]
    item, voxels = shown[rng.integers(len(shown))]
    start = voxels[rng.integers(len(voxels))] - patch // 2
    start = np.clip(start, 0, data.sizes[item] - patch)
  else:
    item = rng.integers(len(data.sizes))
    start = rng.integers(0, data.sizes[item] - patch + 1)
  ends = zip(start.tolist(), (start + patch).tolist(), strict=True)
  return item, tuple(slice(a, b) for a, b in ends)


def segmentation_loss(logits, labels):
  """Cross-entropy + soft Dice of the batch; logits [B,C,*sp]."""
  logs = torch.log_softmax(logits, 1)
  probs = logs.exp()
  classes = torch.arange(1, logits.shape[1])
  truth = labels[:, None] == classes.view(-1, *[1] * (labels.ndim - 1))
  axes = (0, *range(2, logits.ndim))
  shared = (probs[:, 1:] * truth).sum(axes)
  total = probs[:, 1:].sum(axes) + truth.sum(axes)
  dice = ((2 * shared + 1) / (total + 1)).mean()
  return torch.nn.functional.nll_loss(logs, labels) + 1 - dice


def rates_of(rate: float, steps: int) -> list[float]:
  """A tenth of the steps from rate / 10 up, then a cosine down to 0."""
  warm = steps // 10
  up = [rate * (0.1 + 0.9 * i / warm) for i in range(warm)]
  rest = steps - warm
  down = [rate * (1 + math.cos(math.pi * i / rest)) / 2 for i in range(rest)]
  return up + down


def make_step(module: Any, recipe: Recipe) -> Callable:
  """(images, labels, rate) -> None, one optimiser step."""
  weights = list(module.parameters())
  rules, views = _rules(module, recipe.optimizer)

  def step(images, labels, rate):
    for one in rules:
      one.param_groups[0]["lr"] = rate * one.share
    for weight in weights:
      weight.grad = None
    segmentation_loss(module(images), labels).backward()
    if recipe.clip:
      torch.nn.utils.clip_grad_norm_(weights, recipe.clip)
    for matrix, weight in views:
      matrix.grad = _matrix(weight.grad)
    for one in rules:
      one.step()

  return step


def _rules(module, optimizer):
  """Optimisers with the share of the rate each takes, and Muon's matrices."""
  if optimizer == "adam":
    every = list(module.parameters())
    return [_shared(torch.optim.Adam(every, fused=True), 1.0)], []
  named = list(module.named_parameters())
  kernels = [
    p for name, p in named if p.ndim > 1 and not name.startswith("head")
  ]
  others = [p for _, p in named if all(p is not k for k in kernels)]
  views = [(torch.nn.Parameter(_matrix(k.data)), k) for k in kernels]
  muon = torch.optim.Muon([m for m, _ in views], weight_decay=0.0)
  adam = torch.optim.Adam(others, fused=True)
  return [_shared(muon, 1.0), _shared(adam, _MUON_SHARE)], views


def _shared(optimizer, share):
  optimizer.share = share
  return optimizer


def _matrix(kernel):
  """[O, I, *window] -> [O, prod(window) I], of the same memory."""
  return kernel.movedim(1, -1).flatten(1)


def fit(
  module: Any, data: Labelled, recipe: Recipe, steps: int, seed: int
) -> float:
  """Trains `module` in place; the processor seconds that it took."""
  module.to(memory_format=layout(len(recipe.patch))).train()
  torch.manual_seed(seed)
  rng = np.random.default_rng(seed)
  step = make_step(module, recipe)
  begun = time.process_time()
  for rate in rates_of(recipe.rate, steps):
    step(*draw_batch(rng, data, recipe), rate)
  used = time.process_time() - begun
  module.eval()
  return used
