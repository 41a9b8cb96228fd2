"""Defaults of methods that would do nothing, or not what they are named for."""

import types

import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx.acquisition import Candidates
from alx.acquisition.comparisons.geometry import unit_rows
from alx.acquisition.joint import balls
from alx.runs.problem.learning import options_for
from alx.runs.settings.config import Config
from tests.oracle_kernels import cosines


def groups(sizes, seed=0, width=6, spread=0.25):
  """Groups of given sizes, each around a direction of its own."""
  rng = np.random.default_rng(seed)
  centres = np.eye(width)[: len(sizes)] + 0.2
  rows = np.repeat(centres, sizes, 0)
  return rows + spread * rng.standard_normal(rows.shape)


@pytest.mark.parametrize("num_items", [200, 2000])
def test_graph_cut_is_not_the_highest_mean_similarity(num_items):
  sizes = num_items // 2, num_items * 3 // 10, num_items // 5
  features, group = groups(sizes), np.repeat([0, 1, 2], sizes)
  near = cosines(features)
  highest = np.argsort(-near.mean(0), kind="stable")[:20]
  items = alx.query("graph_cut", k=20, features=features)
  assert len(set(items) & set(highest)) < 15

  def redundancy(chosen):
    return near[np.ix_(chosen, chosen)].mean()

  assert redundancy(items) < redundancy(highest) - 0.2
  assert set(group[items]) == {0, 1, 2}


def test_the_papers_number_is_still_there():
  features = groups((1000, 600, 400))
  highest = np.argsort(-cosines(features).mean(0), kind="stable")[:20]
  items = alx.query("graph_cut", k=20, features=features, redundancy=0.5)
  assert set(items) == set(highest)


def test_graph_cut_matches_the_mean_of_the_pool():
  """Its default is a discrepancy from the pool: less than that of chance."""
  features = groups((1000, 600, 400))
  rows = unit_rows(jnp.asarray(features, jnp.float32))
  items = alx.query("graph_cut", k=20, features=features)
  chance = np.random.default_rng(0).permutation(2000)[:20]

  def apart(chosen):
    return float(jnp.square(rows[chosen].mean(0) - rows.mean(0)).sum())

  assert apart(items) < apart(chance)


# prob_cover: its radius is that of as many clusters as there are classes.


def radius(features, clusters):
  rows = unit_rows(jnp.asarray(features, jnp.float32))
  there = jnp.ones(len(rows), bool)
  labels = balls.k_means_labels(rows, there, clusters)
  return float(balls.purity_radius(rows, labels, there))


POOL = groups((30, 30, 30), spread=0.05)
CLASS = np.repeat([0, 1, 2], 30)


def choose(**given):
  return alx.query("prob_cover", k=6, features=POOL, **given).tolist()


@pytest.mark.slow
def test_classes_come_from_what_is_told():
  wide, narrow = radius(POOL, 3), radius(POOL, 10)
  assert wide > 1.5 * narrow
  assert choose(logits=np.zeros((90, 3))) == choose(delta=wide)


@pytest.mark.slow
def test_in_a_loop_the_labels_tell_too():
  labelled = jnp.isin(jnp.arange(90), jnp.array([0, 40, 80]))
  labels = jnp.where(labelled, jnp.asarray(CLASS), -1)
  features = jnp.asarray(POOL, jnp.float32)
  known = Candidates(~labelled, labelled, labels)
  items = balls.prob_cover(None, features, known, 6)
  given = {"labelled": np.asarray(labelled)}
  assert items.tolist() == choose(labels=CLASS, **given)
  assert items.tolist() == choose(clusters=3, **given)
  assert balls.num_classes(known) == 3
  assert balls.num_classes(known._replace(labels=None)) == 10
  unknown = known._replace(labels=jnp.full(90, -1))
  assert balls.num_classes(unknown) == 10


@pytest.mark.parametrize(
  "given",
  [{}, {"labels": 0 * CLASS, "labelled": CLASS == 1}],
  ids=["nothing", "one class"],
)
def test_nothing_tells_of_classes(given):
  with pytest.raises(ValueError, match=r"how many classes .* give clusters="):
    choose(**given)


def test_one_cluster_is_refused():
  with pytest.raises(
    ValueError, match="clusters: wanted an integer >= 2, or None, found 1"
  ):
    choose(clusters=1)


def test_the_data_tells_the_commands():
  images = types.SimpleNamespace(task="classification", class_names=("a",) * 7)
  volumes = types.SimpleNamespace(task="segmentation", class_names=("a",) * 4)
  config = Config()
  assert options_for("prob_cover", config, images) == {"clusters": 7}
  assert options_for("prob_cover", config, volumes) == {"clusters": 10}
  assert options_for("entropy", config, images) == {}
