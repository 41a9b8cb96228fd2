"""Predictions of blocks of images by one compiled program."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition.scores.maps import entropy_map
from alx.data.patches import Images, near
from alx.data.resize import resize
from alx.data.sources.source import stack_into
from alx.data.unlabelled.case import Loaded
from alx.runs.disk.records import check_predicted
from alx.runs.use.trained import Trained

UNCERTAINTIES = ("entropy", "mutual_information")


class Found(NamedTuple):
  """What a model says of one image."""

  classes: np.ndarray  # [*extent] uint8 (uint16 of more than 256), or []
  probs: np.ndarray | None  # [C] of a classification
  uncertainty: dict[str, np.ndarray]  # float32 [*extent] or [], in nats


def make_program(trained: Trained, samples: int | None) -> Callable:
  """Compiled (params, Images of B items, items [B]) -> dict of [B, ...].

  `probs` [B, *sp, C] without dropout, or `classes` [B, *sp] where they are on
  the grid of the image; `entropy` and `mutual_information` [B, *sp] of the
  posterior samples; `largest` [B], a number if all are.

  Args:
    trained: the model.
    samples: S, posterior samples; 0: the one prediction; None: no uncertainty.
  """
  predict, config = trained.learner.predict, trained.config
  as_is = trained.segments and config.coarsen == 1 and not config.image_size

  @jax.jit
  def program(params, images: Images, items):
    key = jax.random.key(0)
    probs = predict(key, params, images, items, 0).probs[0]
    found = {"largest": probs.max(tuple(range(1, probs.ndim)))}
    found |= {"classes": probs.argmax(-1)} if as_is else {"probs": probs}
    if samples is None:
      return found
    if not samples:
      return found | {"entropy": entropy_map(probs)}
    sample = _members if config.ensemble else _passes
    mean, spread = sample(predict, key, params, images, items, samples)
    entropy = entropy_map(mean)
    information = jnp.maximum(entropy - spread, 0.0)
    return found | {"entropy": entropy, "mutual_information": information}

  return program


def _members(predict, key, params, images, items, samples):
  """(mean of the probabilities, mean of their entropies) of an ensemble."""
  probs = predict(key, params, images, items, samples).probs
  return probs.mean(0), entropy_map(probs).mean(0)


def _passes(predict, key, params, images, items, samples):
  """The same of passes of dropout, of which one is in memory."""

  def one(number):
    key_pass = jax.random.fold_in(key, number)
    probs = predict(key_pass, params, images, items, 1).probs[0]
    return probs, entropy_map(probs)

  def add(number, sums):
    return jax.tree.map(jnp.add, sums, one(number))

  shapes = jax.eval_shape(one, 0)
  zeros = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
  sums = jax.lax.fori_loop(0, samples, add, zeros)
  return jax.tree.map(lambda x: x / samples, sums)


def extent_of(image: np.ndarray, patch: Sequence[int]) -> tuple[int, ...]:
  """Extents of an array for an image: few different ones, so few compilations.

  The patch, or larger by halves of it.
  """
  halves = [max(1, p // 2) for p in patch]
  sizes = zip(image.shape[:-1], patch, halves, strict=True)
  return tuple(p + max(0, -(-(n - p) // half)) * half for n, p, half in sizes)


def number_of(name: str) -> int:
  """An item's number, by its name: whatever lies beside it, the same passes."""
  digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
  return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


def predict_block(
  trained: Trained,
  program: Callable,
  loaded: Sequence[Loaded],
  numbers: Sequence[int],
  block: int,
) -> list[Found]:
  """What the model says of some images whose arrays have one extent.

  Args:
    trained: the model.
    program: from `make_program`.
    loaded: at most `block` images.
    numbers: which item each is, as of `number_of`; dropout depends on it.
    block: images that are predicted at a time, filled up with the last.

  Raises:
    Diverged: if it predicts no numbers.
  """
  patch = trained.config.patch
  images = [one.image for one in loaded]
  missing = block - len(images)
  filled = images + images[-1:] * missing
  items = np.array([*numbers, *numbers[-1:] * missing], np.int32)
  stacked = stack_into(filled, patch, extent_of(images[0], patch))
  out = jax.tree.map(np.asarray, program(trained.params, stacked, items))
  check_predicted(f"{trained.choice.workdir}: the model", out)
  return [
    _found(trained, one, {name: x[i] for name, x in out.items()})
    for i, one in enumerate(loaded)
  ]


def _found(trained, loaded, out):
  """Back on the image's own extents."""
  maps = {name: out[name] for name in UNCERTAINTIES if name in out}
  if not trained.segments:
    return Found(out["probs"].argmax(), out["probs"], maps)
  inside = loaded.image.shape[:-1]
  if "classes" in out:
    classes = near(out["classes"], inside)
  else:
    classes = _grown(near(out["probs"], inside), loaded.extent).argmax(-1)
  few = len(trained.class_names) <= 256
  maps = {name: _map(x, loaded) for name, x in maps.items()}
  return Found(classes.astype(np.uint8 if few else np.uint16), None, maps)


def _map(x, loaded):
  inside = near(x, loaded.image.shape[:-1])[..., None]
  return _grown(inside, loaded.extent)[..., 0]


def _grown(x, extent):
  """Resampled where the model took fewer, or other, voxels."""
  return x if x.shape[:-1] == tuple(extent) else resize(x, extent)
