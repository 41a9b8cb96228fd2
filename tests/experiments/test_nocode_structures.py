"""Structures by hand."""

import numpy as np

from experiments.nocode import results
from experiments.nocode.plan import NONE, RANDOM, Row
from experiments.nocode.structures import rare_structure, structures_of
from tests.nocode_cases import ABOUT, grid

ROW = Row("d", "tolerant", "updated", RANDOM, 0)


def test_structures_of_an_arm():
  arms = results.group(grid())
  none = arms[ROW._replace(draft=NONE)]
  organ, lesion = structures_of(ROW, arms[ROW], none, ABOUT)
  assert (organ.structure, organ.rare, organ.in_cases) == ("organ", False, 9)
  assert organ.saved == 75.0 and organ.missed == 8
  assert (lesion.rare, lesion.path.value) == (True, 0.0)
  assert np.isnan(lesion.saved) and np.isnan(lesion.dice.mean)
  alone = structures_of(ROW._replace(draft=NONE), none, none, ABOUT)
  assert alone[0].missed is None and alone[0].saved == 0.0


def test_rare_is_in_few_cases_then_small():
  assert rare_structure(ABOUT) == 1
  same = ABOUT | {"pool_cases": [9, 9], "pool_voxels": [900, 950]}
  assert rare_structure(same) == 0
