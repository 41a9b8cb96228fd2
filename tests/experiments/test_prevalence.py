"""Tests of the data set with a class made rare."""

import numpy as np
import pytest
from absl import app

from experiments.prevalence import thin


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
