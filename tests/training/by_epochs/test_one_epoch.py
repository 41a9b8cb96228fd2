"""The steps of an epoch: which items, where, how changed; and validation."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches
from alx.models import Model
from alx.training.augment import Augment
from alx.training.by_epochs import one_epoch
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.held_out import Part
from alx.training.settings import Training

EPOCHS = Epochs(patches=2)


def task_of(images, labels, patch, model=None, **changes):
  batch = changes.pop("batch", 1)
  training = Training(patch, batch=batch, augment=Augment(True, False, 0.0))
  settings = dataclasses.replace(EPOCHS, **changes)
  stacked = patches.stack_images(images, patch)
  stacked = jax.tree.map(jnp.asarray, stacked)
  return one_epoch.Task(model, 2, training, settings, None, stacked, labels)


@pytest.mark.parametrize(("count", "batch"), [(3, 1), (4, 2), (6, 4)])
def test_each_item_has_its_patches_in_an_epoch(count, batch):
  task = task_of([np.zeros((2, 2, 1))], None, (2, 2), batch=batch)
  steps = int(one_epoch.num_steps(jnp.int32(count), task))
  order = jnp.array([7, 3, 5, 0, 2, 9, 1, 8])
  drawn = [
    one_epoch.items_of_step(jnp.int32(i), order, jnp.int32(count), batch)
    for i in range(steps)
  ]
  found = np.bincount(np.concatenate(drawn), minlength=10)
  assert found.tolist() == [2 * (i in order[:count]) for i in range(10)]


def test_an_epoch_has_the_least_steps():
  task = task_of([np.zeros((2, 2, 1))], None, (2, 2), least_steps=9)
  assert int(one_epoch.num_steps(jnp.int32(3), task)) == 9
  assert int(one_epoch.num_steps(jnp.int32(6), task)) == 12


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_that_share_of_the_centres_is_in_the_foreground(share):
  """One voxel of foreground in the middle: only there is a patch of ones."""
  label = np.zeros((1, 31, 31), np.uint8)
  label[0, 15, 15] = 1
  image = label[0, :, :, None].astype(np.float32)
  task = task_of(
    [image],
    jnp.asarray(label),
    (3, 3),
    foreground_centres=share,
    stretch=(1.0, 1.0),
  )

  def at_centre(key):
    inputs, truth = one_epoch.training_batch(key, jnp.zeros(1, jnp.int32), task)
    return (truth[0, 1, 1] == 1) & (inputs[0, 1, 1, 0] == 1)

  keys = jax.random.split(jax.random.key(0), 2000)
  found = np.asarray(jax.jit(jax.vmap(at_centre))(keys)).mean()
  # By chance 1 of 29 x 29 patches has it in its middle; sd at most 0.011.
  wanted = share + (1 - share) / 29**2
  assert found == pytest.approx(wanted, abs=0.04)


def test_stretching_and_mirroring_are_drawn_apart():
  """A ramp of one item: each of the four happens as often as it should."""
  ramp = jnp.broadcast_to(jnp.arange(8.0)[:, None, None], (8, 8, 1))
  labels = jnp.zeros((1, 8, 8), jnp.int32)
  changes = {"stretch": (1.5, 2.0), "chance": 0.5}
  task = task_of([np.asarray(ramp)], labels, (8, 8), **changes)

  def one(key):
    inputs, _ = one_epoch.training_batch(key, jnp.zeros(1, jnp.int32), task)
    rises = inputs[0, 4, 4, 0] > inputs[0, 3, 4, 0]
    steps = jnp.abs(jnp.diff(inputs[0, :, 4, 0]))
    return rises, ~jnp.isclose(steps, 1.0).all()

  found = jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(0), 400))
  rises, stretched = map(np.asarray, found)
  table = [[(rises == r) & (stretched == s) for s in (0, 1)] for r in (0, 1)]
  shares = np.array(table).mean(-1)  # of 400: sd 0.02
  np.testing.assert_allclose(shares, 0.25, atol=0.08)


def left_and_right(count):
  """Class 1 on the left, 2 on the right, alike upside down."""
  label = np.zeros((count, 6, 8), np.uint8)
  label[:, 2:4, 1:3], label[:, 2:4, 5:7] = 1, 2
  return label


def test_patches_are_mirrored_as_labels_of_the_training_items_say():
  label = left_and_right(6)
  label[4:] = label[4:, :, ::-1]
  task = task_of(label[..., None] * 1.0, jnp.asarray(label), (6, 8), batch=4)
  assert one_epoch.mirrored_axes(None, task) is None
  settings = Augment(True, False, 0.0, flips_by_labels=True)
  training = dataclasses.replace(task.training, augment=settings)
  task = task._replace(training=training, num_classes=3)
  part = Part(jnp.array([0, 1, 2, 3, 4, 5], jnp.int32), jnp.int32(4))
  axes = one_epoch.mirrored_axes(part, task)
  assert axes.tolist() == [True, False]
  task, items = task._replace(axes=axes), part.items[:4]

  def batch(key):
    return one_epoch.training_batch(key, items, task)[1]

  found = jax.jit(jax.vmap(batch))(jax.random.split(jax.random.key(0), 8))
  assert (found[..., :4] <= 1).all() and (found[..., 4:] != 1).all()


def bright_is_foreground():
  """A model that calls what is above 0 foreground, without any doubt."""

  def apply(params, x, key=None):
    logits = jnp.concatenate([jnp.zeros_like(x), 200 * x - 100], -1)
    return logits, x.mean((1, 2))

  return Model(None, apply, None, None)


def test_whole_items_are_validated_once_and_patches_as_often_as_trained():
  """Half of the first item is wrong: Dice 2 / 3 of it, 1 of the second."""
  label = np.zeros((2, 4, 4), np.uint8)
  label[:, :2] = 1
  images = [label[0, :, :, None] * 1.0, label[1, :, :, None] * 1.0]
  images[0][1] = 0.0
  held = Part(jnp.array([0, 1], jnp.int32), jnp.int32(2))
  key, model = jax.random.key(0), bright_is_foreground()
  for changes in ({"whole": (4, 6)}, {}):
    task = task_of(images, jnp.asarray(label), (4, 4), model, **changes)
    loss, dice = one_epoch.validate(key, held, task, None)
    assert float(dice) == pytest.approx((2 / 3 + 1) / 2)
    assert float(loss) > 1
