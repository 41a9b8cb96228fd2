import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import make_unet
from alx.pool import init_pool, mark_labelled
from alx.training.learner import make_learner
from alx.training.settings import Training
from tests import problems


def everything(num_items):
  return mark_labelled(init_pool(num_items), jnp.arange(num_items))


def fit(learner, images, labels, pool=None, key=0):
  params = jax.jit(learner.init)(jax.random.key(1))
  pool = everything(labels.shape[0]) if pool is None else pool
  return jax.jit(learner.fit)(jax.random.key(key), params, images, labels, pool)


@functools.cache
def compiled_predict(learner):
  """`learner.predict`, compiled: op by op takes several times as long."""
  return jax.jit(learner.predict, static_argnums=4)


def block(images, items):
  return jax.tree.map(lambda x: x[items], images)


@pytest.mark.parametrize(
  ("make", "data"),
  [
    (problems.mlp_learner, problems.blobs),
    (
      functools.partial(problems.unet_learner, widths=(8, 16)),
      problems.squares,
    ),
  ],
  ids=["classes", "masks"],
)
def test_learns(make, data):
  images, labels = data()
  learner = make(80, learning_rate=3e-2)
  params, losses = fit(learner, images, labels)
  items = jnp.arange(labels.shape[0])
  found = compiled_predict(learner)(jax.random.key(0), params, images, items)
  assert losses[-9:].mean() < 0.7 * losses[:3].mean()
  right = (found.probs[0].argmax(-1) == labels) & found.mask
  assert right.sum() / found.mask.sum() > 0.9


def test_reads_only_labelled_items():
  images, labels = problems.squares()
  pool = mark_labelled(init_pool(10), jnp.array([2, 5]))
  known = jnp.isin(jnp.arange(10), jnp.array([2, 5]))[:, None, None]
  garbage = jnp.where(known, labels, 1 - labels)
  noise = images._replace(
    values=jnp.where(known[..., None], images.values, jnp.nan)
  )
  learner = problems.unet_learner(5)
  clean, _ = fit(learner, images, labels, pool)
  other, _ = fit(learner, noise, garbage, pool)
  chex.assert_trees_all_equal(clean, other)


def test_passes_of_the_head_equal_full_passes():
  images, _ = problems.squares(4)
  model = make_unet(2, 2, widths=(4, 8), dropout=0.3)
  training = Training((8, 8))
  split = make_learner(model, 2, 1, training)
  whole = make_learner(model._replace(trunk=None, head=None), 2, 1, training)
  params = jax.jit(split.init)(jax.random.key(1))
  items = jnp.arange(4)
  a = compiled_predict(split)(jax.random.key(0), params, images, items, 3)
  b = compiled_predict(whole)(jax.random.key(0), params, images, items, 3)
  assert a.probs.shape == (3, 4, 12, 12, 2)
  real = np.asarray(a.mask)[None, ..., None]
  np.testing.assert_allclose(a.probs * real, b.probs * real, atol=1e-5)
  np.testing.assert_allclose(a.features, b.features, atol=1e-5)
  assert np.asarray(a.probs).std(0).max() > 1e-3  # dropout is on


def test_samples_belong_to_the_item_not_to_its_block():
  images, _ = problems.squares(4)
  learner = problems.unet_learner()
  params = jax.jit(learner.init)(jax.random.key(1))
  key = jax.random.key(0)
  both = compiled_predict(learner)(key, params, images, jnp.arange(4), 2)
  later = jnp.array([2, 3])
  part = compiled_predict(learner)(key, params, block(images, later), later, 2)
  np.testing.assert_allclose(both.probs[:, 2:], part.probs, atol=1e-6)


def test_prediction_does_not_see_the_padding():
  images, _ = problems.squares(2)
  learner = problems.unet_learner()
  params = jax.jit(learner.init)(jax.random.key(1))
  grown = images._replace(
    values=jnp.where(images.values == 0, 1e3, images.values)
  )
  a = compiled_predict(learner)(
    jax.random.key(0), params, images, jnp.arange(2)
  )
  b = compiled_predict(learner)(jax.random.key(0), params, grown, jnp.arange(2))
  real = a.mask[None, ..., None]
  np.testing.assert_array_equal(a.probs * real, b.probs * real)


def test_bytes_are_pictures_from_minus_one_to_one():
  images, labels = problems.blobs()
  values = jnp.clip(40 * images.values + 100, 0, 255).astype(jnp.uint8)
  scaled = values.astype(jnp.float32) / 127.5 - 1.0
  learner, found = problems.mlp_learner(5), []
  for one in (values, scaled):
    held = images._replace(values=one)
    params, _ = fit(learner, held, labels)
    items = jnp.arange(labels.shape[0])
    found.append(
      compiled_predict(learner)(jax.random.key(0), params, held, items).probs
    )
  np.testing.assert_allclose(*found, atol=1e-6)
