import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import make_cnn
from alx.pool import init_pool, mark_labelled
from alx.training.ensemble import make_ensemble, make_snapshots, resample
from alx.training.learner import make_learner
from alx.training.settings import Training
from tests import problems
from tests.problems import PLAIN

KEY = jax.random.key(7)


def pool_of(num_items, *items):
  return mark_labelled(init_pool(num_items), jnp.array(items))


@jax.jit
def member(params, j):
  return jax.tree.map(lambda x: x[j], params)


def gap(a, b):
  """Largest difference of two pytrees."""
  each = jax.tree.map(lambda x, y: np.abs(x - y).max(), *jax.device_get((a, b)))
  return max(jax.tree.leaves(each))


@functools.cache
def case(make):
  """Learner of `blobs`, data with half the labels, params of 3 members."""
  learner = problems.mlp_learner(20, learning_rate=3e-2, augment=PLAIN)
  data = *problems.blobs(), pool_of(24, *range(0, 24, 2))
  return learner, data, jax.jit(make(learner, 3).init)(KEY)


@functools.cache
def fitted(make, **settings):
  """The case with its 3 members, fitted."""
  learner, data, start = case(make)
  many = make(learner, 3, **settings)
  params, losses = jax.jit(many.fit)(KEY, start, *data)
  return learner, many, data, (start, params, losses)


def predict(many, params, images, num_samples):
  items = jnp.arange(images.size.shape[0])
  run = jax.jit(many.predict, static_argnums=4)
  return run(KEY, params, images, items, num_samples)


def test_members_start_and_end_apart():
  *_, (start, params, losses) = fitted(make_ensemble)
  assert losses.shape == (3, 20)
  for i, j in ((0, 1), (0, 2), (1, 2)):
    assert gap(member(start, i), member(start, j)) > 0.1
    assert gap(member(params, i), member(params, j)) > 0.1


def test_members_see_their_data_in_their_own_order():
  _, many, data, (start, *_) = fitted(make_ensemble)
  same = jax.tree.map(lambda x: jnp.stack([x[0]] * 3), start)
  _, losses = jax.jit(many.fit)(KEY, same, *data)
  assert len(set(losses[:, 0].tolist())) == 3


def test_bootstrap_changes_what_members_see():
  *_, (_, plain, _) = fitted(make_ensemble)
  *_, (_, own, _) = fitted(make_ensemble, bootstrap=True)
  assert all(gap(member(plain, j), member(own, j)) > 1e-2 for j in range(3))


def test_members_are_fits_of_the_learner():
  learner, _, (images, labels, pool), (start, params, losses) = fitted(
    make_ensemble, bootstrap=True
  )
  for j in range(2):
    key_resample, key_fit = jax.random.split(jax.random.fold_in(KEY, j))
    own = jax.jit(resample)(key_resample, pool)
    alone, history = learner.fit(key_fit, member(start, j), images, labels, own)
    chex.assert_trees_all_close(member(params, j), alone, atol=1e-4)
    np.testing.assert_allclose(losses[j], history, atol=1e-4)


@pytest.mark.slow
def test_convolutional_members_are_fits_of_the_learner():
  training = Training((2, 2), steps=2, batch=4, augment=PLAIN)
  model = make_cnn(2, widths=(4,))
  learner = problems.compiled(make_learner(model, 2, 1, training))
  images, labels = problems.blobs()
  many, pool = make_ensemble(learner, 2), pool_of(24, 1, 4, 6)
  start = jax.jit(many.init)(KEY)
  params, losses = jax.jit(many.fit)(KEY, start, images, labels, pool)
  assert losses.shape == (2, 2)
  key = jax.random.split(jax.random.fold_in(KEY, 1))[1]
  alone, _ = learner.fit(key, member(start, 1), images, labels, pool)
  chex.assert_trees_all_close(member(params, 1), alone, atol=1e-5)


@pytest.mark.parametrize(("num_samples", "found"), [(1, 1), (2, 2), (8, 3)])
def test_samples_are_members(num_samples, found):
  learner, many, (images, *_), (_, params, _) = fitted(make_ensemble)
  got = predict(many, params, images, num_samples)
  alone = [predict(learner, member(params, j), images, 0) for j in range(found)]
  expected = np.concatenate([one.probs for one in alone])
  np.testing.assert_allclose(got.probs, expected, atol=1e-6)
  evidence = np.mean([one.evidence for one in alone], 0)
  np.testing.assert_allclose(got.evidence, evidence, rtol=1e-5)
  np.testing.assert_array_equal(got.mask, alone[0].mask)
  for name in ("features", "pixels"):
    joined = getattr(got, name)
    products = [getattr(p, name) @ getattr(p, name).T for p in alone]
    np.testing.assert_allclose(
      joined @ joined.T, np.mean(products, 0), rtol=1e-4, atol=1e-4
    )


def test_without_samples_it_is_the_mean_of_the_members():
  _, many, (images, labels, _), (_, params, _) = fitted(make_ensemble)
  members = predict(many, params, images, 3).probs
  mean = predict(many, params, images, 0).probs
  assert members.std(0).max() > 1e-3
  np.testing.assert_allclose(mean, members.mean(0)[None], atol=1e-6)
  assert (mean[0].argmax(-1) == labels).mean() > 0.9


def test_predicts_maps():
  learner = problems.unet_learner(2)
  many = make_ensemble(learner, 2)
  images, _ = problems.squares(3)
  params = jax.jit(many.init)(KEY)
  found = predict(many, params, images, 2)
  assert found.probs.shape == (2, 3, 12, 12, 2)
  assert found.pixels.shape == (3, 12, 12, 2 * 4)
  alone = predict(learner, member(params, 1), images, 0)
  np.testing.assert_allclose(found.probs[1], alone.probs[0], atol=1e-5)
  np.testing.assert_allclose(
    found.pixels[..., 4:] * np.sqrt(2), alone.pixels, atol=1e-4
  )


def test_resample():
  pool = pool_of(200, *range(0, 200, 2))
  draw = jax.jit(jax.vmap(resample, (0, None)))
  draws = jax.device_get(draw(jax.random.split(KEY, 50), pool))
  assert (draws.count == 100).all()
  assert (draws.order[:, :100] % 2 == 0).all()
  assert (draws.order[:, 100:] == 200).all()
  for order, labelled in zip(draws.order, draws.labelled, strict=True):
    assert set(order[:100].tolist()) == set(np.flatnonzero(labelled).tolist())
  share = draws.labelled.sum(1) / 100
  assert abs(share.mean() - (1 - 0.99**100)) < 0.02
  assert len({tuple(order.tolist()) for order in draws.order}) == 50


def test_snapshots_are_the_ends_of_cycles():
  learner, many, (images, labels, pool), (start, params, losses) = fitted(
    make_snapshots
  )
  assert losses.shape == (3, 20)
  now = member(start, 0)
  assert gap(now, member(start, 2)) == 0
  for j in range(2):
    key = jax.random.fold_in(KEY, j)
    now, history = learner.fit(key, now, images, labels, pool)
    chex.assert_trees_all_close(member(params, j), now, atol=1e-4)
    np.testing.assert_allclose(losses[j], history, atol=1e-4)
  assert gap(member(params, 1), member(params, 2)) > 1e-3
  found = predict(many, params, images, 3).probs
  assert found.shape == (3, 24, 2)
  assert found.std(0).max() > 1e-4


def test_snapshots_go_on_from_the_last():
  learner, many, data, (_, params, _) = fitted(make_snapshots)
  again, _ = jax.jit(many.fit)(KEY, params, *data)
  first, _ = learner.fit(jax.random.fold_in(KEY, 0), member(params, 2), *data)
  chex.assert_trees_all_close(member(again, 0), first, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("make", [make_ensemble, make_snapshots])
def test_a_loop_runs_on_members(make):
  images, labels = problems.blobs()
  many = problems.compiled(make(problems.mlp_learner(2, augment=PLAIN), 2))
  loop = problems.loop_of(many, "bald")
  like = jax.eval_shape(lambda: labels[0])
  state = loop.init(KEY, images, like)
  state = loop.tell(state, jnp.arange(4), labels[:4])
  items, state = loop.ask(state)
  assert {x.shape[0] for x in jax.tree.leaves(state.params)} == {2}
  assert len(set(items.tolist())) == 3
  assert not set(items.tolist()) & set(range(4))
  assert (state.scores > 0).all()


def test_says_what_is_wrong():
  for make in (make_ensemble, make_snapshots):
    with pytest.raises(ValueError, match=r"num_members .* 1, found 0"):
      make(problems.mlp_learner(2), 0)
