"""Which voxels are labelled."""

import jax.numpy as jnp
import numpy as np

from alx.label_maps import UNLABELLED, is_labelled


def test_one_value_is_no_class():
  labels = np.array([0, 1, UNLABELLED, 254], np.uint8)
  assert is_labelled(labels).tolist() == [True, True, False, True]
  assert is_labelled(jnp.asarray(labels, jnp.int32), 3).tolist() == [
    *(True, True, False, True)
  ]


def test_of_more_classes_it_is_one_of_them():
  assert is_labelled(np.array([0, 255, 999]), 1000).all()


def test_bool_maps_are_labelled():
  assert is_labelled(np.array([False, True]), 2).all()
