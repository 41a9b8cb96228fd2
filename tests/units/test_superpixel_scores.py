import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.spatial.distance
import scipy.special

from alx.units import superpixel_scores as sp


def halves(p, q):
  """Two constant regions beside each other, 3 x 2 each."""
  regions = np.repeat([[0, 0, 1, 1]], 3, 0)
  return np.where(regions[..., None] == 0, p, q), regions


def test_divergence_of_two_constant_regions():
  p, q = np.array([0.9, 0.1]), np.array([0.3, 0.7])
  found = sp.edge_scores(*halves(p, q), 2)
  wanted = [
    scipy.special.rel_entr(p, q).sum(),
    scipy.special.rel_entr(q, p).sum(),
  ]
  np.testing.assert_allclose(found.divergence, wanted)
  entropies = [scipy.special.entr(x).sum() for x in (p, q)]
  np.testing.assert_allclose(found.entropy, entropies)


def test_neighbours_count_by_the_faces_they_share():
  regions = np.array([[0, 0, 0], [1, 1, 2]])
  means = np.array([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]])
  found = sp.edge_scores(means[regions], regions, 3)
  kl = [scipy.special.rel_entr(means[0], means[i]).sum() for i in (1, 2)]
  assert found.divergence[0] == pytest.approx((2 * kl[0] + kl[1]) / 3)


def test_only_the_edge_counts():
  probs, regions = halves(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
  probs[:, 0] = [1.0, 0.0]  # away from the edge
  found = sp.edge_scores(probs, regions, 2)
  np.testing.assert_allclose(found.entropy, [np.log(2), 0], atol=1e-9)


def test_a_single_region_has_no_edge():
  found = sp.edge_scores(np.full((2, 2, 2), 0.5), np.zeros((2, 2), int), 1)
  assert found.entropy.tolist() == found.divergence.tolist() == [0]


def test_distance_is_that_of_scipy():
  p, q = np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.1, 0.8])
  wanted = scipy.spatial.distance.jensenshannon(p, q)
  assert sp.js_distance(p, q) == pytest.approx(wanted)


def strip(values):
  """Regions in a row with probabilities of the first of two classes."""
  values = np.asarray(values)
  return np.stack([values, 1 - values], -1), np.arange(len(values))[None]


def test_nothing_or_all_is_merged():
  probs, regions = strip([0.1, 0.5, 0.9])
  order = [0.0, 2.0, 1.0]
  assert sp.merged(probs, regions, order, 0.0).tolist() == [2, 0, 1]
  assert sp.merged(probs, regions, order, 1.0).tolist() == [0, 0, 0]


def test_a_chain_is_compared_with_its_root():
  """Each is near the next, the last is far from the first."""
  probs, regions = strip([0.5, 0.56, 0.62, 0.68])
  step = sp.js_distance(probs[1], probs[0])
  found = sp.merged(probs, regions, [4.0, 3.0, 2.0, 1.0], 1.2 * step)
  assert found.tolist() == [0, 0, 1, 1]


def test_what_is_alike_but_apart_is_not_merged():
  probs, regions = strip([0.9, 0.1, 0.9])
  found = sp.merged(probs, regions, [3.0, 1.0, 2.0], 0.05)
  assert found.tolist() == [0, 2, 1]


def test_achievable_accuracy():
  labels = np.array([[0, 1, 1], [2, 2, 2]])
  regions = np.array([[0, 0, 0], [1, 1, 1]])
  assert sp.achievable_accuracy(labels, regions) == pytest.approx(5 / 6)
  assert sp.achievable_accuracy(labels, np.arange(6).reshape(2, 3)) == 1


def test_a_sieve_leaves_out_what_is_below_the_knee():
  first = np.array([[0.95, 0.94, 0.93, 0.2, 0.1, 0.05]])
  probs = np.stack([first, 1 - first], -1)
  kept = sp.sieve(probs, np.zeros((1, 6), int), [0])
  assert kept.tolist() == [[True, True, True, False, False, False]]
  assert not sp.sieve(probs, np.zeros((1, 6), int), [-1]).any()


def test_means_of_regions():
  probs, regions = halves(np.array([0.9, 0.1]), np.array([0.3, 0.7]))
  found = sp.region_probs(probs, regions, 3)
  np.testing.assert_allclose(found, [[0.9, 0.1], [0.3, 0.7], [0.5, 0.5]])


def test_edges_of_a_block_in_one_program():
  """Voxel by voxel in JAX, summed over regions: as on the host."""
  rng = np.random.default_rng(2)
  regions = rng.integers(0, 4, (2, 4, 3, 5))
  probs = rng.dirichlet(np.ones(3), (2, 4, 3, 5))
  found = jax.jit(sp.borders_of, static_argnums=2)(
    jnp.asarray(probs, jnp.float32), jnp.asarray(regions, jnp.int32), 4
  )
  for item in range(2):
    wanted = sp.edge_scores(probs[item], regions[item], 4)
    edge = np.asarray(found.faces[item]) > 0
    entropy = scipy.special.entr(probs[item]).sum(-1)
    for r in range(4):
      inside = regions[item] == r
      faces = np.asarray(found.faces[item])[inside].sum()
      total = np.asarray(found.divergence[item])[inside].sum()
      np.testing.assert_allclose(total / faces, wanted.divergence[r], rtol=1e-4)
      mean = entropy[inside & edge].mean()
      np.testing.assert_allclose(mean, wanted.entropy[r])


def test_what_is_no_region_has_no_edge():
  probs, regions = jnp.full((1, 1, 3, 2), 0.5), jnp.array([[[0, -1, 1]]])
  found = sp.borders_of(probs, regions, 2)
  assert not found.faces.any() and not found.divergence.any()


def test_the_merging_that_is_shown():
  """Two of three bands are alike: two superpixels are left."""
  shown = importlib.import_module("tests.snippets.merged_superpixels")
  assert shown.number.max() + 1 < shown.regions.max() + 1
  of_class = shown.larger[:, :20], shown.larger[:, 20:]
  assert not {*of_class[0].flat} & {*of_class[1].flat}
  assert sorted({*shown.told}) == [0, 1] and shown.kept.all()
