"""Geometry: limits in mm, and files that other tools have saved again."""

import gzip
import itertools

import nibabel
import numpy as np
import pytest

from alx.data.volumes import nifti
from alx.projects.cases.targets import decode_label, encode_label
from alx.projects.exchange import grid, nifti_header, nrrd, overlap
from alx.projects.exchange.grid import Grid
from alx.projects.exchange.ingest import Target, ingest
from alx.projects.exchange.refused import Refused
from tests.projects.label_files import AFFINE, SHAPE, a_label

NAMES = "background", "anterior", "posterior"


def oblique(seed):
  """A rotation, spacing 0.4 to 3 mm, an origin, maybe left-handed."""
  rng = np.random.default_rng(seed)
  turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
  affine = np.eye(4)
  affine[:3, :3] = turn * rng.uniform(0.4, 3, 3)
  affine[:3, 3] = rng.uniform(-300, 300, 3)
  return affine


def test_corners_by_hand():
  found = grid.corners((2, 3, 4), np.diag([1.0, 2, 3, 1]))
  wanted = list(itertools.product((0, 1), (0, 4), (0, 9)))
  np.testing.assert_array_equal(found, wanted)
  moved = np.diag([1.0, 2, 3, 1])
  moved[:3, 3] = 3, 4, 0
  assert grid.corner_error((2, 3, 4), moved, np.diag([1.0, 2, 3, 1])) == 5.0


def test_snap_is_a_share_of_the_smallest_side_or_50_um():
  assert grid.snap_mm(Grid(SHAPE, AFFINE)) == 0.02
  assert grid.snap_mm(Grid(SHAPE, np.diag([5.0, 5, 5, 1]))) == 0.05


@pytest.mark.parametrize("seed", range(20))
def test_any_permutation_and_flip_comes_back(seed):
  rng = np.random.default_rng(seed)
  affine = oblique(seed)
  order, flips = rng.permutation(3), np.flatnonzero(rng.integers(0, 2, 3))
  turned = np.flip(np.transpose(a_label(), order), flips)
  change = np.zeros((4, 4))
  change[3, 3] = 1
  for i, axis in enumerate(order):
    change[axis, i] = -1 if i in flips else 1
    change[axis, 3] = SHAPE[axis] - 1 if i in flips else 0
  found, _ = grid.align(turned, affine @ change, Grid(SHAPE, affine))
  np.testing.assert_array_equal(found, a_label())


@pytest.mark.parametrize("seed", range(20))
def test_nibabel_saves_it_again_without_a_word(seed, tmp_path):
  affine = oblique(seed)
  at = Target("c", Grid(SHAPE, affine), NAMES)
  path = tmp_path / "draft.nii.gz"
  path.write_bytes(encode_label(a_label(), at.grid))
  image = nibabel.load(path)
  nibabel.save(image, path)
  nibabel.save(nibabel.Nifti1Image(image.get_fdata(), image.affine), path)
  found = ingest(path.read_bytes(), at)
  assert found.code == 200 and not any("geometry" in f for f in found.fixes)
  np.testing.assert_array_equal(found.label, a_label())


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".nii"])
@pytest.mark.parametrize("seed", range(5))
def test_simpleitk_saves_it_again_without_a_word(seed, ending, tmp_path):
  sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is not installed")
  affine = oblique(seed)
  at = Target("c", Grid(SHAPE, affine), NAMES)
  path = tmp_path / "draft.nii.gz"
  path.write_bytes(encode_label(a_label(), at.grid))
  again = tmp_path / f"again{ending}"
  sitk.WriteImage(sitk.ReadImage(str(path)), str(again))
  found = ingest(again.read_bytes(), at)
  assert found.code == 200 and not found.fixes, found.line()
  np.testing.assert_array_equal(found.label, a_label())


@pytest.mark.parametrize("seed", range(5))
def test_our_nrrd_and_nifti_are_one_grid(seed):
  affine = oblique(seed)
  read = nrrd.read(nrrd.write(a_label(), affine), 2**20)
  np.testing.assert_allclose(read.affine, affine, atol=1e-9)
  np.testing.assert_array_equal(read.array, a_label())
  at = Grid(SHAPE, affine)
  np.testing.assert_array_equal(
    decode_label(encode_label(a_label(), at), at), a_label()
  )


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("seed", range(3))
def test_headers_as_nibabel_reads_them(kind, seed):
  affine = oblique(seed)
  image = kind(a_label(), affine)
  image.set_sform(affine, 2)
  image.set_qform(affine, 1)
  image.header["descrip"] = b"Mustermann"
  content = image.to_bytes()
  raw = nifti_header.read(content)
  size = image.header.sizeof_hdr
  assert (raw.shape, raw.offset, raw.size) == (SHAPE, size + 4, size)
  np.testing.assert_allclose(raw.sform, image.get_sform(), atol=1e-9)
  np.testing.assert_allclose(raw.qform, image.get_qform(), atol=1e-4)
  clean = nifti_header.scrubbed(content)
  assert b"Mustermann" not in clean
  volume = nifti.of_bytes("clean", clean)
  np.testing.assert_array_equal(volume.array, a_label())


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize(
  ("unit", "per_mm", "seconds"),
  [("micron", 1e3, "sec"), ("meter", 1e-3, "unknown"), ("mm", 1, "msec")],
)
def test_lengths_of_headers_are_mm(kind, unit, per_mm, seconds):
  affine = oblique(1)
  theirs = np.diag([per_mm] * 3 + [1]) @ affine
  image = kind(a_label(), theirs)
  image.set_sform(theirs, 1)
  image.set_qform(theirs, 1)
  image.header.set_xyzt_units(unit, seconds)
  raw = nifti_header.read(image.to_bytes())
  clean = nifti_header.scrubbed(image.to_bytes())
  found = kind.from_bytes(clean)
  assert found.header.get_xyzt_units() == ("mm", seconds)
  sides = np.linalg.norm(affine[:3, :3], axis=0)
  np.testing.assert_allclose(found.header.get_zooms(), sides, rtol=1e-5)
  for one in (raw.sform, raw.qform, found.get_sform(), found.get_qform()):
    np.testing.assert_allclose(one, affine, rtol=1e-5, atol=1e-4)
  np.testing.assert_array_equal(found.dataobj, a_label())
  again = ingest(image.to_bytes(), Target("c", Grid(SHAPE, affine), NAMES))
  assert again.line() == "accepted"


def test_itk_saves_a_label_of_an_image_in_micrometres(tmp_path):
  sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is not installed")
  theirs = np.diag([1e3, 1e3, 1e3, 1]) @ AFFINE
  image = nibabel.Nifti1Image(a_label(), theirs)
  image.header.set_xyzt_units("micron")
  nibabel.save(image, tmp_path / "image.nii.gz")
  label = sitk.GetImageFromArray(a_label().T)
  label.CopyInformation(sitk.ReadImage(str(tmp_path / "image.nii.gz")))
  sitk.WriteImage(label, str(tmp_path / "label.nii.gz"))
  raw = nifti_header.read(image.to_bytes())
  found = ingest(
    (tmp_path / "label.nii.gz").read_bytes(),
    Target("c", Grid(SHAPE, raw.sform), NAMES),
  )
  np.testing.assert_array_equal(found.label, a_label())


def test_big_endian():
  header = nibabel.Nifti1Header(endianness=">")
  image = nibabel.Nifti1Image(a_label().astype(">i2"), AFFINE, header)
  image.set_sform(AFFINE, 1)
  assert nifti_header.read(image.to_bytes()).shape == SHAPE
  image.header.set_xyzt_units("meter")
  clean = nifti_header.scrubbed(image.to_bytes())
  wanted = np.diag([1000, 1000, 1000, 1]) @ AFFINE
  np.testing.assert_allclose(nifti_header.read(clean).sform, wanted)
  image.header.set_xyzt_units("mm")
  found = ingest(image.to_bytes(), Target("c", Grid(SHAPE, AFFINE), NAMES))
  np.testing.assert_array_equal(found.label, a_label())


def test_of_what_a_viewer_says_left_is():
  """One lit voxel has the same place in mm in NIfTI and NRRD."""
  label = np.zeros(SHAPE, np.uint8)
  label[5, 1, 2] = 1
  text = nrrd.write(label, AFFINE).split(b"\n\n")[0].decode()
  origin = next(x for x in text.splitlines() if x.startswith("space origin"))
  numbers = [float(x) for x in origin.split("(")[1].strip(")").split(",")]
  np.testing.assert_allclose(numbers, [10, -5, 7])  # LPS of -10, 5, 7


def test_shares_by_hand():
  draft = np.repeat([1, 2], 50)
  shifted = np.repeat([2, 1], 50)
  found = overlap.moved(shifted, draft, 3)
  assert found.to == {1: 2, 2: 1}
  np.testing.assert_array_equal(found.table[1:, 1:], [[0, 1], [1, 0]])
  edited = draft.copy()
  edited[:10] = 0
  assert overlap.moved(edited, draft, 3) is None
  mixed = np.where(np.arange(100) % 2, 1, 2)
  assert overlap.moved(mixed, draft, 3) is None


def test_a_few_voxels_tell_nothing():
  draft = np.zeros(100, int)
  draft[:50], draft[50:] = 1, 2
  label = draft.copy()
  label[:] = 0
  label[:10] = 2
  assert overlap.moved(label, draft, 3) is None


def test_streams_of_gzip_one_after_the_other():
  whole = gzip.compress(b"ab") + gzip.compress(b"cd")
  assert nrrd.inflate(whole, 4) == b"abcd"
  with pytest.raises(Refused):
    nrrd.inflate(whole, 3)
