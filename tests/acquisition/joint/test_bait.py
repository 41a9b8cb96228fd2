import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.joint import bait as module
from alx.acquisition.scores import fisher_rows
from alx.acquisition.scores.fisher_rows import FisherRows
from alx.prediction import Prediction
from tests import oracle_gradients

LAWS = settings(max_examples=20, deadline=None)
SLOTS = 7


@functools.partial(jax.jit, static_argnames=("prior", "oversample"))
def chosen(rows, candidates, count, prior=1.0, oversample=2):
  return module.bait(
    None, rows, candidates, SLOTS, count, prior=prior, oversample=oversample
  )


def choose(rows, candidates, k, **options):
  """items [k] of one program for all k."""
  items = chosen(rows, candidates, jnp.int32(k), **options)
  assert (items[k:] == len(candidates.available)).all()
  return items[:k]


fisher = jax.jit(fisher_rows.fisher_rows, static_argnames="rank")
class_rows = jax.jit(fisher_rows.class_rows)


def classified(seed, num_items, num_classes, width):
  rng = np.random.default_rng(seed)
  probs = rng.dirichlet(np.ones(num_classes), num_items)
  return prediction_of(probs, 2 * rng.standard_normal((num_items, width)))


def prediction_of(probs, features):
  probs = jnp.asarray(probs, jnp.float32)[None]
  mask = jnp.ones(probs.shape[1], bool)
  return Prediction(probs, jnp.asarray(features, jnp.float32), mask)


def image(seed, num_items=8, num_classes=2, width=2):
  rng = np.random.default_rng(seed)
  probs = rng.dirichlet(np.ones(num_classes), (1, num_items, 3, 2))
  pixels = 2 * rng.standard_normal((num_items, 3, 2, width))
  mask = rng.random((num_items, 3, 2)) < 0.7
  probs, pixels = (jnp.asarray(x, jnp.float32) for x in (probs, pixels))
  features = jnp.zeros((num_items, 1))
  return Prediction(probs, features, jnp.asarray(mask), pixels)


def some(num_items, num_labelled):
  labelled = np.arange(num_items) < num_labelled
  return Candidates(~labelled, labelled)


def close(value, wanted, tolerance=1e-5):
  np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance)


# Rows.


def test_rows_of_a_coin_by_eye():
  rows = fisher_rows.class_rows(jnp.asarray([0.5, 0.5]))
  close(rows, [[0.5, -0.5]])


@LAWS
@given(st.integers(0, 2**16), st.sampled_from([0.02, 1.0, 50.0]))
def test_rows_are_a_root_of_the_covariance_of_a_label(seed, concentration):
  probs = np.random.default_rng(seed).dirichlet(np.full(4, concentration), 3)
  rows = class_rows(probs.astype(np.float32))
  wanted = [np.diag(p) - np.outer(p, p) for p in probs]
  close(np.einsum("nrc,nrd->ncd", rows, rows), wanted, 1e-6)


def test_rows_of_certain_predictions_are_0():
  rows = fisher_rows.class_rows(jnp.eye(4))
  assert not np.asarray(rows).any()


@pytest.mark.parametrize(
  "prediction",
  [classified(0, 5, 3, 4), image(0, 5, 3, 2)],
  ids=["flat", "space"],
)
def test_rows_give_the_fisher_information(prediction):
  rows = fisher(None, prediction)
  x = np.asarray(fisher_rows.dense(rows))
  wanted = oracle_gradients.mean_of_voxels(prediction, oracle_gradients.fisher)
  close(np.einsum("nrp,nrq->npq", x, x), wanted)
  size = x.shape[-1]
  matrix = np.random.default_rng(0).standard_normal((size, size))
  matrix = (matrix @ matrix.T).astype(np.float32)
  weights = np.arange(5, dtype=np.float32)
  close(
    jax.jit(fisher_rows.total)(rows, weights),
    np.einsum("n,npq->pq", weights, wanted),
    1e-4,
  )
  forms, products, columns = jax.jit(
    lambda rows, matrix: (
      fisher_rows.forms(rows, matrix),
      fisher_rows.products(rows, matrix[:, :3]),
      fisher_rows.columns(rows, 2, matrix),
    )
  )(rows, matrix)
  close(forms, x @ matrix @ x.swapaxes(1, 2), 1e-4)
  close(products, x @ matrix[:, :3], 1e-4)
  close(columns, matrix @ x[2].T, 1e-4)


def test_truncated_rows_keep_the_largest_eigenvalues():
  prediction = image(1, 4, 3, 2)
  rows = fisher(None, prediction, rank=2)
  x = np.asarray(fisher_rows.dense(rows))
  assert x.shape == (4, 2, 6)
  wanted = oracle_gradients.mean_of_voxels(prediction, oracle_gradients.fisher)
  largest = np.linalg.eigvalsh(wanted)[:, ::-1][:, :2]
  close(np.square(x).sum(-1), largest, 1e-4)


def test_voxels_in_several_parts(monkeypatch):
  prediction = image(2)
  whole = fisher(None, prediction)
  monkeypatch.setattr(fisher_rows, "_VOXELS", 4)
  parts = jax.jit(lambda x: fisher_rows.fisher_rows(None, x))(prediction)
  close(parts.left, whole.left, 1e-4)


# Choice.


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
  ("num_classes", "width", "num_labelled"), [(2, 3, 4), (3, 2, 0), (3, 3, 5)]
)
def test_every_trace_by_itself(seed, num_classes, width, num_labelled):
  prediction = classified(seed, 14, num_classes, width)
  candidates = some(14, num_labelled)
  rows = fisher(None, prediction)
  wanted = oracle_gradients.choose_bait(prediction, candidates, 4)
  assert choose(rows, candidates, 4).tolist() == wanted


@pytest.mark.parametrize("seed", range(3))
def test_every_trace_by_itself_of_images(seed):
  prediction, candidates = image(seed), some(8, 2)
  rows = fisher(None, prediction)
  wanted = oracle_gradients.choose_bait(prediction, candidates, 2)
  assert choose(rows, candidates, 2).tolist() == wanted


def test_updates_are_the_direct_inverse():
  rows = fisher(None, classified(0, 9, 3, 3))
  goal = fisher_rows.total(rows, jnp.full(9, 1 / 9))
  information = jnp.eye(9) + fisher_rows.total(rows, jnp.arange(9) < 2.0)
  anew, move = jax.jit(module._anew), jax.jit(module._moved)
  state = anew(rows, information, goal)
  for item, sign in ((4, -1.0), (7, -1.0), (4, 1.0)):
    x = fisher_rows.dense(rows)[item]
    moved = move(state, rows, rows, item, sign, True)
    information = information - sign * x.T @ x
    direct = anew(rows, information, goal)
    jax.tree.map(lambda a, b: close(a, b, 1e-4), moved, direct)
    change = sign * (jnp.trace(direct.inverse @ goal))
    change -= sign * jnp.trace(state.inverse @ goal)
    close(module._changes(state, sign)[item], change, 1e-4)
    state = moved


def test_small_inverses_are_inverses():
  x = np.random.default_rng(0).standard_normal((5, 4, 4)).astype("f") / 5
  inner = x @ x.swapaxes(1, 2)
  for sign in (-1.0, 1.0):
    wanted = np.linalg.inv(np.eye(4) - sign * inner)
    close(module._inverses(jnp.asarray(inner), sign), wanted, 1e-4)


def test_computing_anew_changes_nothing(monkeypatch):
  rows = fisher(None, classified(1, 14, 3, 2))
  before = choose(rows, some(14, 3), 5).tolist()
  monkeypatch.setattr(module, "_FRESH", 3)
  anew = jax.jit(lambda r, c: module.bait(None, r, c, 5))
  assert anew(rows, some(14, 3)).tolist() == before


def test_one_direction_each():
  # Coins whose features point along one axis each: far more of the first.
  features = np.repeat(np.eye(2), [6, 2], axis=0) * 5
  rows = fisher_rows.fisher_rows(
    None, prediction_of(np.full((8, 2), 0.5), features)
  )
  assert choose(rows, some(8, 0), 2).tolist() == [0, 6]


def test_nothing_to_learn_goes_to_the_lowest_ids():
  sure = prediction_of(np.eye(3)[np.arange(8) % 3], np.ones((8, 2)))
  rows = fisher(None, sure)
  assert choose(rows, some(8, 3), 2).tolist() == [3, 4]
  assert choose(rows, some(8, 3), 7).tolist() == [3, 4, 5, 6, 7, 8, 8]


def test_without_oversampling_nothing_is_removed():
  prediction = classified(3, 14, 3, 2)
  rows = fisher(None, prediction)
  items = choose(rows, some(14, 4), 4, oversample=1).tolist()
  fishers = oracle_gradients.mean_of_voxels(prediction, oracle_gradients.fisher)
  known = np.eye(6) + fishers[:4].mean(0) * 4 / 8
  goal, picks = fishers.mean(0), []
  for _ in range(4):
    traces = [
      np.trace(np.linalg.inv(known + fishers[[*picks, i]].sum(0) / 2) @ goal)
      for i in range(14)
    ]
    free = [i for i in range(4, 14) if i not in picks]
    picks.append(min(free, key=lambda i: traces[i]))
  assert items == picks


@LAWS
@given(st.integers(0, 2**16), st.sampled_from([1e-3, 1.0, 300.0]))
def test_any_scale_gives_distinct_items(seed, scale):
  rng = np.random.default_rng(seed)
  rows = FisherRows(
    class_rows(rng.dirichlet(np.ones(3), 10).astype(np.float32)),
    np.float32(scale * rng.integers(-1, 2, (10, 2))),
  )
  items = choose(rows, some(10, 3), 4).tolist()
  assert len(set(items)) == 4 and min(items) >= 3 and max(items) < 10


@pytest.mark.parametrize("options", [{"prior": 0.0}, {"oversample": 0}])
def test_options_are_checked(options):
  with pytest.raises(ValueError, match="prior must be > 0 and oversample"):
    module.bait(None, None, None, 1, **options)
