"""Slices that are clicked on, and the table of Dice against clicks."""

import numpy as np
import pytest

from alx import data
from alx.interactive import Clicking, Course
from experiments import interactive
from tests import forks


def of(labels):
  return data.Dataset(
    name="small",
    task="segmentation",
    ids=tuple(f"case{n}" for n in range(len(labels))),
    images=tuple(label[..., None].astype(np.float32) for label in labels),
    labels=tuple(labels),
    class_names=("background", "liver", "tumour"),
    spacing_mm=(None,) * len(labels),
    groups=None,
    split=None,
    left_out=(),
  )


def test_the_slice_that_shows_most_with_one_foreground():
  label = np.zeros((3, 4, 5), np.uint8)
  label[1, 1, 2] = label[2, 1, 2] = 2
  label[0, 0, 3], label[0, 1, 3] = 1, 255
  images, truths = interactive.slices_of(
    of([label, np.zeros_like(label)]), [0, 1], Clicking(widths=(4, 8))
  )
  assert images.shape == (1, 4, 4, 1) and truths.shape == (1, 4, 4)
  assert np.argwhere(truths[0]).tolist() == [
    *([1, 1], [2, 1]),
    [3, 1],  # mirrored, to an extent that can be halved
  ]
  assert truths.max() == 1


def test_nothing_to_click_on_is_refused():
  with pytest.raises(ValueError, match="wanted foreground in an item"):
    interactive.slices_of(of([np.zeros((4, 4), np.uint8)]), [0], Clicking())


@pytest.mark.parametrize(
  ("words", "told"),
  [
    (["--data=a", "--set=data=b"], "--set=data and --data: give one of them"),
    (["--seed=99999999999999999999"], "seed: wanted an integer from 0 to 2^32"),
  ],
)
def test_wrong_flags_are_one_line(words, told):
  define = "from experiments import interactive; interactive.define_flags()"
  run = forks.shared().start("experiments.interactive", *words, before=define)
  code, line = run.ended()
  assert code == 2 and told in line and line.count("\n") == 1, line


def test_the_table():
  course = Course(np.array([0.5, 0.82, 0.91]), ())
  lines = interactive.table({"the user": [course]}, 2)
  assert lines[2] == (
    "| the user | 0.500 | 0.820 | 0.910 | 1.0 (100%) | 2.0 (100%) | "
    "2.0 (100%) |"
  )
