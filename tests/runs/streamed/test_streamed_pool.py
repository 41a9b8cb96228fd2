import chex
import jax
import numpy as np
import pytest

from alx.data.sources.source import digest_of, read_block
from alx.runs.problem import predictions
from alx.runs.problem import problem as problems
from alx.runs.streamed.pool import RowSource, make_problem, outline
from tests import streamed_cases

CONFIG, LEARNER = streamed_cases.CONFIG, streamed_cases.threshold_learner()


def in_memory(dataset):
  """The same data as they are when all of them are loaded."""
  images, labels = (tuple(iter(x)) for x in (dataset.images, dataset.labels))
  return dataset._replace(images=images, labels=labels)


def both(num_items=9):
  """(Problem of arrays, Problem of rows)."""
  dataset = streamed_cases.dataset(num_items)
  config = problems.resolve(CONFIG, outline(dataset), False)
  wanted = problems.make_problem(config, in_memory(dataset), LEARNER)
  return wanted, make_problem(config, dataset, LEARNER)


def test_settings_are_resolved_without_reading():
  dataset = streamed_cases.dataset(9)
  config = problems.resolve(CONFIG, outline(dataset), True)
  assert not dataset.images.read and not dataset.labels.read
  assert config == problems.resolve(CONFIG, in_memory(dataset), True)


def test_rows_are_those_of_the_arrays():
  wanted, found = both()
  for part in ("images", "labels", "test_images", "test_labels"):
    arrays, rows = getattr(wanted, part), getattr(found, part)
    count = len(jax.tree.leaves(arrays)[0])
    block = RowSource(rows).rows(0, count)
    chex.assert_trees_all_equal(block, arrays)
    shapes = jax.tree.map(lambda x: tuple(x.shape), (rows, arrays))
    assert jax.tree.leaves(shapes[0]) == jax.tree.leaves(shapes[1])
  order = np.array([4, 0, 99])  # behind the end as in jax
  np.testing.assert_array_equal(found.labels[order], wanted.labels[order])


def test_test_items_are_predicted_block_by_block():
  wanted, found = both(12)
  params = {"threshold": np.float32(0.4)}
  masks = predictions.predict_test(found, params)
  chex.assert_trees_all_equal(masks, predictions.predict_test(wanted, params))
  metrics = (predictions.metrics_of(x, masks) for x in (found, wanted))
  np.testing.assert_equal(*metrics)


def test_nothing_is_read_before_it_is_asked_for():
  dataset = streamed_cases.dataset(9)
  problem = make_problem(CONFIG, dataset, LEARNER)
  assert not dataset.images.read and len(dataset.labels.read) == 1
  read_block(RowSource(problem.images), 0, 2)
  assert dataset.images.read == [dataset.ids[i] for i in problem.split.pool[:2]]


def test_the_digest_is_of_the_files_and_of_which_they_are():
  found = both()[1]
  pool, test = RowSource(found.images), RowSource(found.test_images)
  assert digest_of(pool) == digest_of(RowSource(both()[1].images))
  assert digest_of(pool) != digest_of(test)
  found.dataset.images.digest = "of other files"
  assert digest_of(pool) != digest_of(RowSource(both()[1].images))


def test_a_test_part_without_foreground_is_refused():
  dataset = streamed_cases.dataset(9)
  for label in dataset.labels._arrays:
    label[:] = 0
  with pytest.raises(ValueError, match="none of the 3 test items has foregrou"):
    make_problem(CONFIG, dataset, LEARNER)
