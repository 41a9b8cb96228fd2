"""A fit by epochs: what it reads, when it ends, what it keeps."""

import dataclasses

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import make_kim_unet, make_unet
from alx.pool import init_pool, mark_labelled
from alx.training.augment import Augment
from alx.training.by_epochs.epoch_settings import Epochs
from alx.training.by_epochs.epochs import make_epoch_learner
from alx.training.by_epochs.restarts import Restarts
from alx.training.settings import Training
from tests.problems import squares

FAST = Restarts(peak=0.3, warmup=1, cycle=20, nesterov=True, clip=1.0)
EPOCHS = Epochs(
  most=20, patience=20, least_steps=8, dropout=False, descent=FAST
)
IMAGES, LABELS = squares()


def labelled(*items):
  return mark_labelled(init_pool(10), jnp.array(items, jnp.int32))


def make_fit(widths=(4,), augment=None, **changes):
  """Of one level, which compiles in half the time, where none has to learn."""
  down, up = (1,) * len(widths), (1,) * (len(widths) - 1)
  model = make_kim_unet(
    2, 2, widths, down=down, up=up, group_width=4, dropout=0.3
  )
  training = Training((8, 8), batch=4, augment=augment or Augment())
  settings = dataclasses.replace(EPOCHS, **changes)
  learner = make_epoch_learner(model, 2, 1, training, settings)
  return learner._replace(fit=jax.jit(learner.fit))


PLAIN = make_fit(widths=(8, 16))
LEARNER = PLAIN._replace(
  fit=jax.jit(chex.assert_max_traces(PLAIN.fit.__wrapped__, n=1))
)


def fit(learner, pool, labels=LABELS, key=1):
  params = jax.jit(learner.init)(jax.random.key(0))
  return learner.fit(jax.random.key(key), params, IMAGES, labels, pool)


def same(a, b):
  pairs = zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
  return all((x == y).all() for x, y in pairs)


def test_learns_squares_and_only_from_what_is_labelled():
  pool = labelled(0, 1, 2, 3, 4, 5)
  params, course = fit(LEARNER, pool)
  assert course.loss.shape == (20,)
  assert float(course.loss[-1]) < 0.5 * float(course.loss[0])
  assert int(course.at) == int(course.loss.argmin()) + 1
  garbage = LABELS.at[6:].set(1 - LABELS[6:])
  assert same(fit(LEARNER, pool, garbage), (params, course))


@pytest.mark.slow
def test_ends_when_nothing_improves_and_keeps_the_best():
  # The loss of a net with NaN in it never improves on nothing.
  stuck = make_fit(descent=Restarts(peak=float("inf")), patience=3)
  params, course = fit(stuck, labelled(0, 1, 2))
  assert not all(np.isfinite(x).all() for x in jax.tree.leaves(params))
  assert np.isnan(course.loss).all() and int(course.at) == 0
  ended = make_fit(descent=dataclasses.replace(FAST, peak=1e-12), patience=2)
  _, course = fit(ended, labelled(0, 1, 2))
  epochs = int((~np.isnan(course.loss)).sum())
  assert epochs == int(course.at) + 2 < 20


def test_other_numbers_of_labels_compile_nothing():
  for items in ((3, 4), (0, 1, 2)):  # a second trace raises
    fit(LEARNER, labelled(*items))


@pytest.mark.parametrize(
  ("settings", "told"),
  [
    ({"evidential": True}, "found evidential=True: leave it out"),
    ({"dice": "item", "ema": 0.9}, "found dice='item', ema=0.9: leave"),
    ({"accumulate": 2}, "found accumulate=2: leave it out, or fit by steps"),
  ],
)
def test_refuses_what_it_would_pass_over(settings, told):
  training = Training((8, 8), **settings)
  with pytest.raises(ValueError, match=told) as error:
    make_epoch_learner(make_unet(2, 2, (4,)), 2, 1, training, EPOCHS)
  assert "\n" not in str(error.value)


def test_refuses_a_model_with_levels():
  deep = make_unet(2, 2, (4, 4, 4), deep=True)
  with pytest.raises(ValueError, match="found levels of the model: leave"):
    make_epoch_learner(deep, 2, 1, Training((8, 8)), EPOCHS)


@pytest.mark.slow
def test_a_fit_mirrors_nothing_that_labels_forbid():
  """Two of the three items are trained on: labels of two say nothing."""
  found = {}
  for name, augment in {
    "all": Augment(True),
    "none": Augment(False),
    "by labels": Augment(True, flips_by_labels=True),
  }.items():
    learner = make_fit(augment=augment, most=2)
    found[name] = fit(learner, labelled(0, 1, 2))[0]
  chex.assert_trees_all_close(found["by labels"], found["none"], atol=1e-5)
  assert not same(found["all"], found["none"])


@pytest.mark.slow
def test_dropout_in_training_changes_the_fit_and_dice_may_decide():
  other = make_fit(
    dropout=True, monitor="dice", most=2, stretch=(0.8, 1.2), degrees=10.0
  )
  plain = make_fit(monitor="dice", most=2, stretch=(0.8, 1.2), degrees=10.0)
  pool = labelled(0, 1, 2, 3)
  moved, still = fit(other, pool)[0], fit(plain, pool)[0]
  assert not same(moved, still)
  chex.assert_tree_all_finite(moved)
