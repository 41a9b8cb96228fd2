"""Static settings: frozen, hashable, without arrays."""

import dataclasses

from alx.training.augment import Augment


@dataclasses.dataclass(frozen=True)
class Convergence:
  """When a fit has converged, see `alx.training.descent.converged`.

  Attributes:
    tolerance: share by which the loss of the last third of the steps has to be
      below that of the third before, for the fit to go on.
    nothing: share of the loss of the first window that is as good as none.
    decay: steps of the decay to a rate of 0, as a share of those before it.
    window: steps after which the loss is looked at.
    least: steps before the decay begins, if there may be so many,
    share: and as a share of the most that there may be.
  """

  tolerance: float = 0.03
  nothing: float = 0.02
  decay: float = 0.5
  window: int = 20
  least: int = 100
  share: float = 0.1


@dataclasses.dataclass(frozen=True)
class Training:
  """How a model is fitted and asked.

  Attributes:
    patch: extents of a training patch and of a prediction window, voxels.
    steps: optimiser steps of one fit, or the most of them.
    batch: items per step.
    optimizer: "adam", "sgd" (momentum 0.9, Nesterov) or "muon" (kernels of the
      trunk; the head, scales and biases take Adam at a fifth of the rate).
    learning_rate: at its height.
    weight_decay: decoupled, per step, times the learning rate; or see
      coupled_decay.
    class_aware: share of the draws that first choose a class, evenly among
      the classes seen, then an item that shows it and a voxel of it.
    overlap: least overlap of prediction windows, in [0, 1).
    augment: what may happen to a training item.
    schedule: of the learning rate, to 0: "warmup_cosine" over a tenth of the
      steps, "cosine", "polynomial" (power 0.9) or "converged", which ends the
      fit by itself.
    clip: largest norm of the gradient; 0: none.
    coupled_decay: weight_decay is added to the gradient, as an L2 penalty.
    dice: the loss of maps has the soft Dice of the "batch", of each "item" or
      "none", see alx.training.losses.
    evidential: train exp(logits) as the parameters of a Dirichlet, which the
      evidential acquisitions read.
    convergence: for the schedule "converged".
    ema: decay of the average of the weights that a fit ends with, in [0, 1);
      0: it ends with the weights of the last step.
    partly: whether label maps may have the value `label_maps.UNLABELLED`: draws
      show labelled voxels, losses leave others out. Where they are and it is
      not said, all params of a fit are NaN.
    accumulate: pieces of a batch that are gone through one after the other, a
      divisor of it: the gradient is the mean of theirs. Memory is that of a
      piece; a soft Dice over the batch is one over each piece.
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
  schedule: str = "warmup_cosine"
  clip: float = 1.0
  coupled_decay: bool = False
  dice: str = "batch"
  evidential: bool = False
  convergence: Convergence = Convergence()
  ema: float = 0.0
  partly: bool = False
  accumulate: int = 1


@dataclasses.dataclass(frozen=True)
class Asking:
  """How a loop asks.

  Attributes:
    query: k, items per question.
    block: items described at a time: memory, not the answer, depends on it.
    samples: S, posterior samples for methods that want them.
    warm: start each fit from the last params instead of from scratch.
    distort: augmentation that items are described under: published code did
      so, which makes features noisy; None: none.
    distort_all: distort every item, or only those with a label.
    in_pieces: passes are made between compiled pieces of a question, by a
      learner that hands them to all devices outside of jit.
    max_per_group: items of one group that a question may ask for, more only
      where the groups do not suffice; 0: any number.
    max_per_item: the same for units of one item.
    budget: that what is asked for may cost, where units have costs; 0: any.
    seconds: three, of an item that is opened, a unit of it and a mm traced:
      what units cost by the outlines that the model predicts; (): as they say.
  """

  query: int
  block: int = 8
  samples: int = 8
  warm: bool = False
  distort: Augment | None = None
  distort_all: bool = False
  in_pieces: bool = False
  max_per_group: int = 0
  max_per_item: int = 0
  budget: float = 0.0
  seconds: tuple[float, ...] = ()
