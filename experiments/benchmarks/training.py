"""Time of one optimiser step: ours, flax's own convolution, and torch.

    python -m experiments.benchmarks.training

Every contender takes its turn in every repeat, in one process, and medians
are compared, so what else the machine does falls on all alike.
"""

import csv
import functools
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple
from unittest import mock

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from absl import app, flags

from alx.models import Model, layers, make_cnn, make_unet
from experiments.benchmarks import training_torch

_REPEATS = flags.DEFINE_integer("repeats", 15, "Timed turns of a contender.")
_STEPS = flags.DEFINE_integer("steps", 20, "Steps inside one compiled scan.")
_FLAX_STEPS = flags.DEFINE_integer(
  "flax_steps", 2, "Steps of flax's own convolution inside a scan; 0: none."
)
_ONLY = flags.DEFINE_list("only", [], "Names of nets to run; all if empty.")
_CSV = flags.DEFINE_string("csv", "", "Also write the table to this file.")

_ADAM = optax.adam(1e-3)


class Net(NamedTuple):
  """One row of the table."""

  model: Model
  shape: tuple[int, ...]  # of a batch, [B,*sp,channels]
  voxelwise: bool  # labels for each voxel, or one for each item
  widths: tuple[int, ...]
  num_classes: int


class Contender(NamedTuple):
  """Something to time; `run` blocks until done."""

  run: Callable  # () -> None
  steps: int  # optimiser steps in one run
  compile_s: float


def make_net(name: str) -> Net:
  """The nets that are timed, by name."""
  if name == "unet_2d":
    widths = (16, 32, 64, 128, 256)
    shape = (8, 128, 128, 1)
    return Net(make_unet(2, 4, widths), shape, True, widths, 4)
  if name == "unet_3d":
    widths = (8, 16, 32)
    shape = (4, 32, 48, 32, 1)
    return Net(make_unet(3, 3, widths), shape, True, widths, 3)
  if name == "cnn":
    widths = (16, 32, 64)
    return Net(make_cnn(10, widths), (64, 28, 28, 1), False, widths, 10)
  raise ValueError(f"wanted unet_2d, unet_3d or cnn, got {name}")
