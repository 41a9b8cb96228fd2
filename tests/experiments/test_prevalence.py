"""Tests of the data set with a class made rare."""

import numpy as np
import pytest
from absl import app

from experiments.prevalence import thin, thin_all


def small():
  labels = np.array([0, 1, 1, 0, 1, 1, 0, 1, 1])[:, None]
  images = np.arange(9)[:, None, None]
  return {"train_images": images, "train_labels": labels, "test_labels": labels}


def test_only_the_rare_class_is_thinned_and_the_test_part_is_not():
  found = thin(small(), rare=1, share=0.25, seed=0)
  assert np.bincount(found["train_labels"].ravel()).tolist() == [3, 1]
  assert np.isin([0, 3, 6], found["train_images"]).all()
  assert len(found["test_labels"]) == 9


def test_items_keep_their_labels_and_their_order():
  given = small()
  found = thin(given, rare=1, share=0.4, seed=1)
  items = found["train_images"].ravel()
  assert (np.diff(items) > 0).all() and len(items) == 5
  same = given["train_labels"][items]
  assert (same == found["train_labels"]).all()


@pytest.mark.parametrize(("rare", "share"), [(1, 0.9), (2, 0.05), (1, 0.01)])
def test_a_share_that_cannot_be_is_told(rare, share):
  with pytest.raises(app.UsageError, match="there are"):
    thin(small(), rare, share, 0)


def uneven():
  labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
  images = np.arange(10)[:, None, None]
  parts = ("train", "test")
  return {f"{part}_images": images for part in parts} | {
    f"{part}_labels": labels for part in parts
  }


def test_all_classes_get_their_shares():
  """The scarcest for its share is class 1: 4 items are a half of 8."""
  found = thin_all(uneven(), [0.25, 0.5, 0.25], seed=0)
  assert np.bincount(found["train_labels"]).tolist() == [2, 4, 2]
  items = found["train_images"].ravel()
  assert (uneven()["train_labels"][items] == found["train_labels"]).all()
  assert (np.diff(items) > 0).all() and len(found["test_labels"]) == 10


def test_a_class_without_a_share_is_nowhere():
  found = thin_all(uneven(), [0.5, 0.5], seed=0)
  assert np.bincount(found["train_labels"]).tolist() == [4, 4]
  assert np.bincount(found["test_labels"]).tolist() == [4, 4]


@pytest.mark.parametrize("shares", [[0.5, 0.4], [0.5, 0.2, 0.2, 0.1]])
def test_shares_that_cannot_be_are_told(shares):
  with pytest.raises(app.UsageError, match="--shares: "):
    thin_all(uneven(), shares, 0)
