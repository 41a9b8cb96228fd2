"""Training on clicks that a simulated user makes while the model learns."""

import dataclasses
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from alx.interactive.guidance import channel
from alx.interactive.user import Click, next_click
from alx.label_maps import UNLABELLED
from alx.models import Model, make_unet
from alx.training.descent.optimizers import make_optimizer, make_step
from alx.training.losses import cross_entropy, soft_dice
from alx.training.settings import Training

_SLOTS = 4  # clicks of the smallest program


@dataclasses.dataclass(frozen=True)
class Clicking:
  """How an interactive model is made and trained.

  Attributes:
    widths: channels of the levels of its U-Net.
    steps: of the optimiser.
    batch: items of a step.
    learning_rate: at its height.
    most: J, clicks of an item in training.
    how: "gaussian" or "distance", see `guidance.channel`.
    reach_mm: of it.
    choice: of the user, see `user.next_click`.
  """

  widths: tuple[int, ...] = (8, 16, 32)
  steps: int = 200
  batch: int = 4
  learning_rate: float = 3e-3
  most: int = 4
  how: str = "gaussian"
  reach_mm: float = 3.0
  choice: str = "sampled"


def network_of(settings: Clicking, spatial_dims: int) -> Model:
  """A U-Net whose input is the image and a channel for each kind of click."""
  return make_unet(spatial_dims, 2, settings.widths, 0.0, light=True)


def fit(
  key: jax.Array,
  images: np.ndarray,
  truths: np.ndarray,
  settings: Clicking,
  spacing: Sequence[float] | None = None,
  progress: Callable | None = None,
) -> tuple[dict, np.ndarray]:
  """Trains with clicks on the model's own mistakes.

  In iteration j of J each item of a batch gets a click with probability 1 -
  j / J (as in DeepEdit), on what the model gets wrong with those before; then
  the loss, cross-entropy and soft Dice, is that with all of them.

  Args:
    key: the same key gives the same parameters.
    images: [N, *sp, channels] float32, of extents that the U-Net can halve.
    truths: [N, *sp] uint8, 1 the foreground, `UNLABELLED` not known: nobody
      clicks there, and the loss leaves it out.
    settings: of the model.
    spacing: mm of all items.
    progress: called with (done, steps) now and then.

  Returns:
    (params, losses [steps]).
  """
  model, optimizer, step = _programs(settings, images.ndim - 2, spacing)
  key_params, key_user = jax.random.split(key)
  seed = jax.random.randint(key_user, (), 0, np.iinfo(np.int32).max)
  rng = np.random.default_rng(int(seed))
  none = _as_arrays([[]], images.ndim - 2)
  params = model.init(key_params, _input(settings, images[:1], none, spacing))
  moments, losses = optimizer.init(params), []
  ask = _asking(settings, spacing)
  for number in range(settings.steps):
    items = rng.integers(0, len(images), settings.batch)
    some = images[items], truths[items]
    clicks = _clicks(ask, params, *some, settings, rng, spacing)
    given = _as_arrays(clicks, images.ndim - 2, settings.most)
    params, moments, loss = step(
      params, moments, images[items], truths[items], given
    )
    losses.append(float(loss))
    if progress and not (number + 1) % 20:
      progress(number + 1, settings.steps)
  return params, np.array(losses)


def _programs(settings, dims, spacing):
  """(model, optimizer, one step of it, compiled)."""
  model = network_of(settings, dims)
  optimizer = make_optimizer(
    Training(
      (),
      steps=settings.steps,
      batch=settings.batch,
      learning_rate=settings.learning_rate,
    )
  )

  def loss_of(params, images, truths, clicks):
    x = _input(settings, images, clicks, spacing)
    logits = model.apply(params, x)[0]
    return cross_entropy(logits, truths) + soft_dice(logits, truths)

  return model, optimizer, jax.jit(make_step(optimizer, loss_of))


def _clicks(ask, params, images, truths, settings, rng, spacing=None):
  """Clicks of each item, some on what the model makes of those before."""
  clicks = [[] for _ in images]
  dims = truths.ndim - 1
  for turn in range(settings.most):
    clicked = rng.random(len(images)) < 1 - turn / settings.most
    probs = None
    if turn and clicked.any():
      given = _as_arrays(clicks, dims, settings.most)
      probs = np.asarray(ask(params, images, given))
    for item in np.flatnonzero(clicked):
      known = truths[item] != UNLABELLED
      seen = np.zeros(known.shape, bool) if probs is None else probs[item] > 0.5
      click = next_click(
        known & (truths[item] > 0),
        known & seen,
        spacing,
        rng=rng,
        choice=settings.choice,
      )
      if click:
        clicks[item].append(click)
  return clicks


def _as_arrays(clicks, dims, room=_SLOTS):
  """(points [B, 2, room, d], there [B, 2, room]) of positive and negative."""
  points = np.zeros((len(clicks), 2, room, dims), np.int32)
  there = np.zeros(points.shape[:3], bool)
  for item, some in enumerate(clicks):
    for number, click in enumerate(some):
      side = int(not click.positive)
      points[item, side, number], there[item, side, number] = click.place, True
  return points, there


def _input(settings, images, clicks, spacing):
  """[B, *sp, channels + 2]."""
  points, there = clicks

  def of_one(points, there):
    return channel(
      points,
      there,
      images.shape[1:-1],
      spacing,
      how=settings.how,
      reach_mm=settings.reach_mm,
    )

  drawn = jax.vmap(jax.vmap(of_one))(jnp.asarray(points), jnp.asarray(there))
  return jnp.concatenate([images, jnp.moveaxis(drawn, 1, -1)], -1)


def _asking(settings, spacing):
  """(params, images [B, *sp, channels], clicks) -> probabilities [B, *sp]."""

  @jax.jit
  def ask(params, images, clicks):
    x = _input(settings, images, clicks, spacing)
    logits = network_of(settings, images.ndim - 2).apply(params, x)[0]
    return jax.nn.softmax(logits)[..., 1]

  return ask


def make_predict(
  params: dict,
  settings: Clicking,
  spacing: Sequence[float] | None = None,
) -> Callable[[np.ndarray], Callable[[Sequence[Click]], np.ndarray]]:
  """image [*sp, channels] -> the `predict` of a session with it.

  One program for all images of one extent, and another each time that clicks
  have doubled.
  """
  ask = _asking(settings, spacing)

  def of_image(image):
    image = np.asarray(image, np.float32)

    def predict(clicks):
      room = max(_SLOTS, 1 << max(len(clicks) - 1, 0).bit_length())
      given = _as_arrays([clicks], image.ndim - 1, room)
      return np.asarray(ask(params, image[None], given))[0]

    return predict

  return of_image
