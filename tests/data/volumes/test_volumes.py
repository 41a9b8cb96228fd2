import pathlib

import pytest

from alx.data.dataset import DataError
from alx.data.volumes.header import Header
from alx.data.volumes.volumes import Outline, common_of, keep_commonest


def _outline(name, *shape, spacing=None):
  return Outline(name, shape, Header(name, spacing))


def _keep(*cases, strict=False):
  files = [pathlib.Path(case.id) for case in cases]
  return keep_commonest(cases, files, strict=strict)


def test_axes_and_channels_of_most():
  cases = [_outline("a", 5, 6, 7, 2), *(_outline(n, 5, 6, 7, 1) for n in "bc")]
  kept, (line,) = _keep(*cases)
  assert kept == [1, 2]
  assert line == "a: wanted axes and channels as in b, found (5, 6, 7, 2)"
  with pytest.raises(DataError, match="a: wanted axes"):
    _keep(*cases, strict=True)


def test_an_axis_of_length_1_counts_only_among_volumes():
  flat, plane = _outline("a", 5, 6, 1, 1), _outline("b", 5, 6, 1)
  assert _keep(flat, plane) == ([0, 1], [])
  volume = _outline("c", 5, 6, 7, 1)
  assert _keep(flat, volume) == ([0, 1], [])
  assert _keep(flat, volume, plane)[0] == [0, 1]


def test_spacings_lose_the_axis_that_is_dropped():
  cases = [
    _outline("a", 1, 6, 7, 1, spacing=(1.0, 2.0, 3.0)),
    _outline("b", 1, 5, 7, 1, spacing=(1.0, 2.0, 4.0)),
  ]
  common = common_of("f", cases, "pixdim")
  assert common.dropped == [0, 0]
  assert common.spacing_mm == ((2.0, 3.0), (2.0, 4.0))
  (note,) = common.notes
  assert note.startswith("f: an axis of length 1 in all 2 images")
