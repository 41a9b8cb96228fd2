"""What of the pool arrived with a label."""

from types import SimpleNamespace

import numpy as np

from alx.label_maps import UNLABELLED
from alx.runs.units.arrived import labelled_whole


def problem_of(labels, memo):
  units = SimpleNamespace(
    voxels=np.array([x.size for x in labels]),
    told_voxels=lambda: np.array([(x != UNLABELLED).sum() for x in labels]),
  )
  parts = {"dataset": None, "split": None, "units": units}
  return SimpleNamespace(**parts, memo=memo)


def test_units_of_which_every_voxel_has_a_label_worked_out_once():
  labels = [np.array([0, 1]), np.array([1, UNLABELLED])]
  problem = problem_of(labels, {})
  assert labelled_whole(problem).tolist() == [True, False]
  labels[1][:] = 0
  assert labelled_whole(problem).tolist() == [True, False]
  assert labelled_whole(problem_of(labels, None)).tolist() == [True, True]
