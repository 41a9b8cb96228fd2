"""Warnings about starting sets whose labels are parts of items."""

import numpy as np

from alx import data
from alx.runs import cautions
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.runs.units import pool as units


def told(labels, **settings):
  """Lines about a pool of these label maps, and one test item."""
  labels = [np.array(label, np.uint8) for label in labels]
  count = len(labels)
  dataset = data.Dataset(
    name="small",
    task="segmentation",
    ids=tuple(f"case{n}" for n in range(count + 1)),
    images=tuple(
      np.zeros((*x.shape, 1), np.float32) for x in [*labels, labels[0]]
    ),
    labels=(*labels, labels[0]),
    class_names=("background", "liver", "tumour"),
    spacing_mm=(None,) * (count + 1),
    groups=None,
    split=None,
    left_out=(),
  )
  pool = np.arange(count)
  split = data.Split(pool, np.array([count]), np.arange(0), "given")
  config = Config(data="d", **settings)
  made = units.make(config, dataset, pool, labels[0].shape)
  problem = Problem(dataset, split, *[None] * 8, made)
  return cautions.lines(config, problem)


def test_fewer_boxes_than_the_start_wants():
  # Boxes of 8 in steps of 4 on 12 x 12: any two of the four overlap.
  labels = [np.ones((12, 12))]
  assert told(labels, unit="boxes:8/4", start=3, query=1, seeds=2) == [
    "no tumour among the 1 labels of the start, in 2 of 2 seeds"
  ]


def test_only_what_the_budget_buys_counts():
  # Four boxes of 16 voxels, each with both classes; 40 voxels are two boxes.
  labels = np.ones((8, 8))
  labels[:2], labels[4:6] = 2, 2
  settings = {"unit": "boxes:4", "start": 4, "query": 4, "seeds": 1}
  assert told([labels], **settings, budget="voxels:40") == []
  assert told([np.ones((8, 8))], **settings, budget="voxels:40") == [
    "no tumour among the 2 labels of the start, in 1 of 1 seeds"
  ]
  assert told([np.ones((8, 8))], **settings) == [
    "no tumour among the 4 labels of the start, in 1 of 1 seeds"
  ]
