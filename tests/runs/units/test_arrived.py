"""What of the pool arrived with a label."""

from types import SimpleNamespace

import numpy as np

from alx.label_maps import UNLABELLED
from alx.runs.units.arrived import labelled_whole


def problem_of(labels, memo):
  dataset = SimpleNamespace(labels=labels)
  split = SimpleNamespace(pool=[0, 2])
  return SimpleNamespace(dataset=dataset, split=split, units=None, memo=memo)


def test_items_of_which_every_voxel_has_a_label_worked_out_once():
  labels = [np.array([0, 1]), np.array([0, 0]), np.array([1, UNLABELLED])]
  problem = problem_of(labels, {})
  assert labelled_whole(problem).tolist() == [True, False]
  labels[2][:] = 0
  assert labelled_whole(problem).tolist() == [True, False]
  assert labelled_whole(problem_of(labels, None)).tolist() == [True, True]
