"""What a function of arrays refuses while it is traced, and what masks do."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx import functional
from alx.functional import arrays
from tests.functional import cases

N, C, D = 6, 3, 2
FREE = np.ones(N, bool)


def probs(*shape, seed=0):
  rng = np.random.default_rng(seed)
  return cases.softmax(rng.standard_normal((*shape, C))).astype(np.float32)


def features(*shape, seed=1):
  rng = np.random.default_rng(seed)
  return rng.standard_normal((*shape, D)).astype(np.float32)


REFUSED = {
  "one axis": (
    lambda: functional.entropy(np.ones(N)),
    r"probs: wanted \[N, \*sp, C\], found shape \(6,\)",
  ),
  "no item": (
    lambda: functional.entropy(np.ones((0, C))),
    r"probs: wanted \[N, \*sp, C\], found shape \(0, 3\)",
  ),
  "one class": (
    lambda: functional.entropy(np.ones((N, 1))),
    r"probs: wanted at least 2 classes on the last axis, found shape \(6, 1\)",
  ),
  "passes or voxels": (
    lambda: functional.entropy(probs(5, N)),
    r"\(5, 6, 3\) is \[N, voxels, C\] of 5 items, or \[S, N, C\] of 5 passes",
  ),
  "passes or voxels of evidence": (
    lambda: functional.vacuity(np.ones((5, N, C))),
    r"evidence: \(5, 6, 3\) is \[N, voxels, C\] of 5 items, or \[S, N, C\] of",
  ),
  "classes of evidence before space": (
    lambda: functional.vacuity(np.ones((4, 2, 6, 5))),
    r"evidence: \(4, 2, 6, 5\) is \[N, \*sp, C\] of 5 classes, or has 2 "
    r"classes before space: give mask= of ones \[4, 2, 6\] for the first; for "
    r"the second give np.moveaxis\(evidence, 1, -1\)",
  ),
  "no passes": (
    lambda: functional.bald(probs(N)),
    r"samples: wanted \[S, N, \*sp, C\], found shape \(6, 3\)",
  ),
  "one pass": (
    lambda: functional.bald(probs(1, N)),
    r"samples: wanted S of at least 2 .* found shape \(1, 6, 3\)",
  ),
  "no space": (
    lambda: functional.mc_iou(probs(2, N)),
    r"samples: wanted \[S, N, \*sp, C\] with space, found shape \(2, 6, 3\)",
  ),
  "no space for foreground": (
    lambda: functional.foreground_random(0, probs(N), FREE, 2),
    r"probs: wanted \[N, \*sp, C\] with space, found shape \(6, 3\)",
  ),
  "one Beta": (
    lambda: functional.beta_entropy(np.ones((N, 2))),
    r"evidence: wanted \[N, \*sp, L, 2\], found shape \(6, 2\)",
  ),
  "three of a Beta": (
    lambda: functional.beta_entropy(np.ones((N, 4, 3))),
    r"evidence: wanted \[N, \*sp, L, 2\], found shape \(6, 4, 3\)",
  ),
  "a mask of items": (
    lambda: functional.entropy(probs(N), FREE),
    r"mask: it is of voxels, and here are no spatial axes; .* available=",
  ),
  "a mask of another shape": (
    lambda: functional.entropy(probs(N, 4, 4), np.ones((N, 4), bool)),
    r"mask: wanted a bool mask \[6, 4, 4\], found bool of shape \(6, 4\)",
  ),
  "features of voxels": (
    lambda: functional.k_center(features(N, 4), FREE, 2),
    r"features: wanted \[N, D\], found shape \(6, 4, 2\)",
  ),
  "features of other items": (
    lambda: functional.egl(probs(N), features(N + 1)),
    r"features: wanted \[6, D\] beside probs \(6, 3\), found shape \(7, 2\)",
  ),
  "transposed features": (
    lambda: functional.badge(0, probs(N), features(N).T, FREE, 2),
    r"features: wanted \[6, D\] beside probs \(6, 3\), found shape \(2, 6\)",
  ),
  "pooled features": (
    lambda: functional.badge(0, probs(N, 4, 4), features(N), FREE, 2),
    r"features: wanted \[6, 4, 4, D\] beside probs \(6, 4, 4, 3\), found shape",
  ),
  "features of another space": (
    lambda: functional.dpp(probs(N, 4, 4), features(N, 4), FREE, 2),
    r"features: wanted \[6, D\] or \[6, 4, 4, D\] beside probs",
  ),
  "ids": (
    lambda: functional.k_center(features(N), np.array([1, 4]), 2),
    r"available: wanted a bool mask \[6\], found int\d+ of shape \(2,\)",
  ),
  "zeros and ones": (
    lambda: functional.k_center(features(N), FREE.astype(int), 2),
    r"available: wanted a bool mask \[6\], found int\d+ of shape \(6,\)",
  ),
  "ids of a draw": (
    lambda: functional.random(0, np.array([1, 4]), 2),
    r"available: wanted a bool mask \[N\], found int\d+ of shape \(2,\)",
  ),
  "no mask": (
    lambda: functional.k_center(features(N), None, 2),
    r"available: wanted an array, found None",
  ),
  "labels without a mask": (
    lambda: functional.class_balanced(
      probs(N), FREE, 2, labels=np.zeros(N, int)
    ),
    r"labels= are read where labelled= is true: give the mask",
  ),
  "labels of 64 bits that are floats": (
    lambda: functional.class_balanced(
      probs(N), FREE, 2, labelled=~FREE, labels=np.zeros(N)
    ),
    r"labels: wanted integers \[6\], found float64 of shape \(6,\)",
  ),
  "scores of maps": (
    lambda: functional.top_k(probs(N), FREE, 2),
    r"scores: wanted \[N\], found shape \(6, 3\)",
  ),
  "scores of other items": (
    lambda: functional.top_k(np.ones(N + 1), FREE, 2),
    r"available: wanted a bool mask \[7\], found bool of shape \(6,\)",
  ),
  "complex numbers": (
    lambda: functional.k_center(1j * features(N), FREE, 2),
    r"features: wanted numbers, found dtype complex64",
  ),
  "words": (
    lambda: functional.k_center("features.npy", FREE, 2),
    r"features: wanted an array, found str",
  ),
  "a negative k": (
    lambda: functional.k_center(features(N), FREE, -1),
    r"k: wanted an integer >= 0, found -1",
  ),
  "half a k": (
    lambda: functional.k_center(features(N), FREE, 2.0),
    r"k: wanted an integer >= 0, found 2.0",
  ),
  "a true k": (
    lambda: functional.k_center(features(N), FREE, True),
    r"k: wanted an integer >= 0, found True",
  ),
  "a traced k": (
    lambda: jax.jit(functional.k_center)(features(N), FREE, 2),
    r"k: wanted an integer that is known .* static_argnames='k'",
  ),
  "several keys": (
    lambda: functional.random(jax.random.split(jax.random.key(0)), FREE, 2),
    r"key: wanted one, found \(2,\) of them",
  ),
  "an option out of range": (
    lambda: functional.graph_cut(features(N), FREE, 2, redundancy=-1.0),
    r"redundancy: wanted a finite number >= 0, or None, found -1.0",
  ),
  "a reduction": (
    lambda: functional.entropy(probs(N, 2, 2), reduce="median"),
    r"reduce: wanted mean, sum, .* found 'median'",
  ),
  "an option that does nothing": (
    lambda: functional.mmd(
      features(N), FREE, 2, kernel="linear", bandwidth=1.0
    ),
    r"bandwidth=1.0 does nothing with kernel='linear'",
  ),
  "a class of no label": (
    lambda: functional.mutual_information(features(N), FREE, 2, target_class=1),
    r"target_class=1 does nothing without labels=",
  ),
  "an unknown number of classes": (
    lambda: functional.prob_cover(features(N), FREE, 2),
    r"prob_cover wants to know how many classes .* clusters=, delta= or labels",
  ),
  "more clusters than items": (
    lambda: functional.prob_cover(features(N), FREE, 2, clusters=7),
    r"clusters: wanted no more than there are items, 6, found 7",
  ),
}


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(call, words):
  with pytest.raises(ValueError, match=words):
    call()


def test_a_mask_says_that_one_axis_is_of_voxels():
  maps = probs(N, 5)
  found = functional.entropy(maps, np.ones((N, 5), bool))
  wanted = -(maps * np.log(maps)).sum(-1).mean(-1)
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_mask_says_that_the_last_axis_is_of_classes():
  evidence = np.ones((4, 2, 6, 5))
  found = functional.vacuity(evidence, np.ones((4, 2, 6), bool))
  assert found.tolist() == [1.0] * 4
  of_betas = functional.beta_entropy(np.ones((4, 2, 6, 5, 2)))
  assert of_betas.shape == functional.vacuity(evidence[..., :2]).shape


def test_what_is_not_real_never_matters():
  maps, real = probs(2, N, 4, 4), np.zeros((N, 4, 4), bool)
  real[:, :3, :2] = True
  padded = np.where(real[None, ..., None], maps, np.nan)
  pixels = features(N, 4, 4)
  for score in map(jax.jit, (functional.bald, functional.mc_iou)):
    np.testing.assert_allclose(
      score(padded, real), score(maps[:, :, :3, :2]), rtol=1e-5
    )
  embedding = jax.jit(functional.gradient_embedding)
  np.testing.assert_allclose(
    embedding(padded[0], pixels, real),
    embedding(maps[0, :, :3, :2], pixels[:, :3, :2]),
    atol=1e-6,
  )
  pooled = arrays.of_both(padded[0], pixels, real).features
  np.testing.assert_allclose(pooled, pixels[:, :3, :2].mean((1, 2)), rtol=1e-5)


def test_pixels_are_pooled_for_a_method_that_compares_items():
  maps, pixels = probs(N, 2, 2), features(N, 2, 2)
  choose = jax.jit(functools.partial(functional.dpp, available=FREE, k=3))
  found = choose(maps, pixels)
  assert found.tolist() == choose(maps, pixels.mean((1, 2))).tolist()


def test_a_labelled_item_is_not_picked_though_it_is_available():
  labelled = np.arange(N) < 4
  choose = jax.jit(functional.k_center, static_argnames="k")
  items = choose(features(N), FREE, k=4, labelled=labelled)
  assert sorted(items.tolist()) == [4, 5, N, N]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64])
def test_labels_of_any_integers(dtype):
  labelled = np.arange(N) < 3
  labels = np.array([0, 1, 2, 255, 255, 255]).astype(dtype)
  known = arrays.candidates(N, FREE, labelled, labels)
  assert known.labels.dtype == jnp.int32
  assert known.labels.tolist() == [0, 1, 2, -1, -1, -1]


def test_more_than_there_are_and_none():
  items = functional.top_k(np.arange(3.0), np.array([True, False, True]), 5)
  assert items.tolist() == [2, 0, 3, 3, 3]
  assert functional.random(0, FREE, 0).shape == (0,)


def test_an_item_without_a_real_voxel_is_as_one_surely_known():
  real = np.arange(N)[:, None] % 2 * np.ones(4) > 0
  found = functional.margin(probs(N, 4), real)
  assert found[::2].tolist() == [-1.0] * 3
  assert functional.top_k(found, FREE, 3).tolist()[0] % 2 == 1
  evidence = np.exp(features(N, 4)) + 1
  found = functional.evidential_entropy(evidence, real)
  assert (found[::2] < found[1::2].min() - 20).all()
  assert functional.vacuity(evidence, real)[::2].tolist() == [0.0] * 3
