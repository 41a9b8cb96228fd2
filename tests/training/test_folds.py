import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx import metrics
from alx.pool import init_pool, mark_labelled
from alx.training.folds.held_out import fold_numbers, predict_held_out
from alx.training.folds.temperature import temperature_across_folds
from tests import problems

WRONG, ITEMS = jnp.array([3, 8]), list(range(20))


def labelled(num_items, items):
  return mark_labelled(init_pool(num_items), jnp.asarray(items))


def test_folds_are_as_equal_as_can_be():
  numbers = fold_numbers(jax.random.key(0), np.arange(7), 3)
  assert sorted(np.bincount(numbers)) == [2, 2, 3]


def test_a_patient_is_in_one_fold():
  groups = ["a", "a", "b", "a", "c", "b", "", "d"]
  items = np.array([0, 1, 2, 3, 5, 7])
  numbers = fold_numbers(jax.random.key(1), items, 2, groups)
  assert len(set(numbers[[0, 1, 3]])) == 1 and numbers[2] == numbers[4]
  assert np.bincount(numbers).tolist() in ([3, 3], [3, 3])


@pytest.mark.parametrize("folds", [1, 5])
def test_more_folds_than_items_are_refused(folds):
  with pytest.raises(ValueError, match=f"2 to 4, .* found {folds}"):
    fold_numbers(jax.random.key(0), np.arange(4), folds)


@pytest.fixture(scope="module")
def told():
  """24 items of which two have the wrong label, and what folds say of them."""
  images, labels = problems.blobs(24)
  wrong = labels.at[WRONG].set(1 - labels[WRONG])
  learner = problems.mlp_learner(60, learning_rate=3e-2)
  given = learner, jax.random.key(0), images
  pool = labelled(24, ITEMS)
  return given, labels, wrong, predict_held_out(*given, wrong, pool, folds=4)


def test_each_item_is_predicted_by_a_model_that_has_not_seen_it(told):
  """A fit to its own label could not miss a label that is wrong."""
  _, labels, _, found = told
  assert sorted(np.concatenate([f.items for f in found])) == ITEMS
  assert [len(fold.items) for fold in found] == [5, 5, 5, 5]
  likeliest = {
    int(item): int(probs.argmax())
    for fold in found
    for item, probs in zip(fold.items, fold.probs, strict=True)
  }
  assert [likeliest[item] for item in (3, 8)] == labels[WRONG].tolist()


def test_labels_of_others_change_nothing(told):
  given, _, wrong, found = told
  others = wrong.at[20:].set(1 - wrong[20:])
  again = predict_held_out(*given, others, labelled(24, ITEMS), folds=4)
  for a, b in zip(found, again, strict=True):
    np.testing.assert_array_equal(a.probs, b.probs)


def test_temperature_of_all_folds_together(told):
  """Two labels are wrong, and the fits are sure: T is above 1."""
  given, _, wrong, held = told
  pool = labelled(24, ITEMS)
  found = temperature_across_folds(*given, wrong, pool, folds=4)
  alone = metrics.fit_temperature(
    [np.concatenate([np.asarray(wrong)[fold.items] for fold in held])],
    probs=[np.concatenate([fold.probs for fold in held])],
  )
  assert found.num_items == 20 and found.temperature > 1
  assert found.temperature == pytest.approx(alone.temperature)
  assert found.nll_after < found.nll_before


@pytest.mark.slow
def test_voxels_of_masks_count_where_they_are_labelled():
  images, labels = problems.squares(4)
  labels = labels.at[0, 2:4].set(255)
  pool, learner = (
    labelled(4, [0, 1, 2, 3]),
    problems.unet_learner(3, partly=True),
  )
  told = temperature_across_folds(
    learner, jax.random.key(0), images, labels, pool, folds=2
  )
  real = 2 * 12 * 8 + 2 * 12 * 12
  assert told.num_items == real - 2 * int(images.size[0, 1])
