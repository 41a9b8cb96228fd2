import dataclasses
import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches
from alx.label_free import pretrain
from alx.label_free.views import Views
from alx.models.encoder import make_autoencoder, make_contrastive
from alx.training.settings import Training

TRAINING = Training((), steps=60, batch=8, learning_rate=1e-2)


@functools.cache
def trainer(name):
  if name == "reconstruct":
    pretext = pretrain.reconstruct(make_autoencoder(2, (4, 8)))
  else:
    net = make_contrastive(2, (4, 8), projection=4)
    pretext = pretrain.contrast(net, Views())
  return pretrain.make_trainer(pretext, TRAINING)


@functools.cache
def images():
  """Stripes along rows, along columns, and squares: 12 items of 8 x 8."""
  rows = np.broadcast_to(np.arange(8)[:, None] % 2, (8, 8))
  squares = np.kron(np.eye(2), np.ones((4, 4)))
  noise = np.random.default_rng(0).standard_normal((12, 8, 8))
  kinds = np.stack([rows, rows.T, squares] * 4)
  cut = list((kinds + 0.1 * noise).astype(np.float32)[..., None])
  return jax.tree.map(jnp.asarray, patches.stack_images(cut, (8, 8)))


def fit(name, key=0, count=10, images=None, progress=None):
  images = globals()["images"]() if images is None else images
  items = np.arange(count, dtype=np.int32)
  groups = np.arange(12, dtype=np.int32)
  return pretrain.train(
    trainer(name), jax.random.key(key), images, items, groups, progress
  )


@pytest.mark.parametrize("name", ["reconstruct", "contrast"])
def test_learns_the_same_for_a_key_in_one_compile(name):
  told = []
  params, losses = fit(name, progress=lambda *now: told.append(now))
  assert losses.shape == (60,)
  assert losses[-9:].mean() < 0.9 * losses[:5].mean()
  again, _ = fit(name)
  chex.assert_trees_all_equal(params, again)
  other, _ = fit(name, key=1)
  leaves = zip(jax.tree.leaves(params), jax.tree.leaves(other), strict=True)
  assert any((a != b).any() for a, b in leaves)
  assert trainer(name).advance._cache_size() == 1
  assert told[-1] == (6, 6) and len(told) == 6  # 10 divides both 60 and 50


def test_looks_only_at_the_items_it_is_given():
  values = images().values.at[10:].set(jnp.nan)
  params, _ = fit("reconstruct", images=images()._replace(values=values))
  clean, _ = fit("reconstruct")
  chex.assert_trees_all_equal(params, clean)


def test_steps_do_not_depend_on_the_stretch(monkeypatch):
  """The losses tell the batches apart; the steps themselves may round."""
  found = []
  for stretch in (4, 1):
    monkeypatch.setattr(pretrain, "_STRETCH", stretch)
    pretext = pretrain.reconstruct(make_autoencoder(2, (4, 8)))
    few = dataclasses.replace(TRAINING, steps=4, optimizer="sgd")
    made = pretrain.make_trainer(pretext, few)
    assert made.stretches == 4 // stretch
    items, groups = np.arange(10, dtype=np.int32), np.arange(12, dtype=np.int32)
    found.append(
      pretrain.train(made, jax.random.key(0), images(), items, groups)[1]
    )
  np.testing.assert_allclose(*found, rtol=2e-3)
  assert (np.abs(np.diff(found[0])) > 1e-2).all()


def test_a_code_of_every_item_whatever_the_block():
  params, _ = fit("contrast")
  found = trainer("contrast").encode(params, images())
  assert found.shape == (12, 8)
  part = jax.tree.map(lambda x: x[9:], images())
  np.testing.assert_allclose(
    trainer("contrast").encode(params, part), found[9:], atol=1e-6
  )
