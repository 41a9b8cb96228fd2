"""Headers that contradict themselves about the size of a voxel.

nipy/nibabel#668, rordenlab/dcm2niix#1018, MIC-DKFZ/nnUNet#2741.
"""

import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from tests.public_cases.volumes import patch_case, write_case

_AFFINE = np.diag([1.0, 2.0, 3.0, 1.0])


def _save(folder, name, *pixdim, **codes):
  write_case(folder, name, affine=_AFFINE)
  patch_case(folder, name, pixdim=pixdim, **({"qform_code": 0} | codes))


@pytest.mark.parametrize("cached", [False, True])
def test_both_are_named_and_either_may_be_believed(tmp_path, cached):
  def load(**which):
    if cached:
      return load_cached(tmp_path / "in", tmp_path / "cache", **which)
    return data.load(tmp_path / "in", **which)

  _save(tmp_path / "in", "a", 1, 2, 3)
  _save(tmp_path / "in", "b", 1, 1, 1)
  found = load()
  assert found.spacing_mm == ((1.0, 2.0, 3.0), (1.0, 1.0, 1.0))
  assert found.notes == (
    f"{tmp_path}/in: 1 of 2 cases disagree on the voxel size, pixdim is used "
    "(spacing_from=affine takes the other); first b.nii.gz: pixdim 1 x 1 x 1 "
    "and affine 1 x 2 x 3 mm",
  )
  found = load(spacing_from="affine")
  assert found.spacing_mm == ((1.0, 2.0, 3.0),) * 2
  assert "affine is used (spacing_from=pixdim" in found.notes[0]


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_pixdim_that_is_no_length(tmp_path, bad):
  _save(tmp_path, "a", bad, 2, 3)
  found = data.load(tmp_path)
  assert found.spacing_mm == ((1.0, 2.0, 3.0),)
  assert "no voxel size in pixdim, that of the affine is used" in found.notes[0]


def test_below_zero_it_is_a_length_with_a_sign(tmp_path):
  _save(tmp_path, "a", -1, 2, 3)
  found = data.load(tmp_path)
  assert (found.spacing_mm, found.notes) == (((1.0, 2.0, 3.0),), ())


def test_no_size_at_all_makes_all_distances_voxels(tmp_path):
  _save(tmp_path, "a", 0, 2, 3, sform_code=0)
  write_case(tmp_path, "b", affine=_AFFINE)
  found = data.load(tmp_path)
  assert found.spacing_mm == (None, None)
  assert "1 of 2 cases have no voxel size; distances of all" in found.notes[0]


@pytest.mark.parametrize(
  ("unit", "spacing"),
  [
    ("mm", (1, 2, 3)),
    ("meter", (1e3, 2e3, 3e3)),
    ("micron", (1e-3, 2e-3, 3e-3)),
  ],
)
def test_units(tmp_path, unit, spacing):
  write_case(
    tmp_path,
    "a",
    affine=_AFFINE,
    change=lambda x: x.header.set_xyzt_units(unit),
  )
  found = data.load(tmp_path)
  np.testing.assert_allclose(found.spacing_mm[0], spacing)
  assert found.notes == ()


def test_axes_that_are_not_at_right_angles(tmp_path):
  affine = _AFFINE.copy()
  affine[0, 1] = 2.0  # as far to the right as to the front
  write_case(tmp_path, "a", affine=affine)
  notes = data.load(tmp_path).notes
  assert any("not at right angles" in n and "45.0 degrees" in n for n in notes)
