"""Static settings: frozen, hashable, without arrays."""

import dataclasses

from alx.augment import Augment


@dataclasses.dataclass(frozen=True)
class Training:
  """How a model is fitted and asked.

  Attributes:
    patch: extents of a training patch and of a prediction window, voxels.
    steps: optimiser steps of one fit.
    batch: items per step.
    optimizer: "adam" or "sgd" (momentum 0.9, Nesterov).
    learning_rate: at the start; a cosine takes it to 0.
    weight_decay: decoupled, per step, times the learning rate.
    class_aware: share of the draws that first choose a class, evenly among
      the classes seen, then an item that shows it and a voxel of it.
    overlap: least overlap of prediction windows, in [0, 1).
    augment: what may happen to a training item.
    evidential: train exp(logits) as the parameters of a Dirichlet, which the
      evidential acquisitions read.
  """

  patch: tuple[int, ...]
  steps: int = 300
  batch: int = 4
  optimizer: str = "adam"
  learning_rate: float = 2e-3
  weight_decay: float = 0.0
  class_aware: float = 0.5
  overlap: float = 0.25
  augment: Augment = Augment()  # noqa: RUF009, frozen
  evidential: bool = False


@dataclasses.dataclass(frozen=True)
class Asking:
  """How a loop asks.

  Attributes:
    query: k, items per question.
    block: items described at a time: memory, not the answer, depends on it.
    samples: S, posterior samples for methods that want them.
    warm: start each fit from the last params instead of from scratch.
  """

  query: int
  block: int = 8
  samples: int = 8
  warm: bool = False
