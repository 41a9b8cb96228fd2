"""A predicted mask lies on its image, whatever the grid of the file."""

import itertools

import nibabel
import numpy as np
import pytest
from PIL import Image

from alx.runs import predict
from alx.runs.problem.predictions import predict_test
from alx.training import evaluation
from tests import kept_models
from tests.kept_models import QUIET, dice
from tests.public_cases.volumes import patch, write, write_case

SPACING = (0.7, 1.3, 2.5)
SHAPE = (9, 8, 6)


def rotated(angle=0.3):
  """An oblique affine of anisotropic voxels with an offset."""
  c, s = np.cos(angle), np.sin(angle)
  affine = np.eye(4)
  affine[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.diag(
    SPACING
  )
  affine[:3, 3] = (-12.5, 30.25, 7)
  return affine


def volume(seed, shape=SHAPE):
  """Noise around a bright box, and its label."""
  label = np.zeros(shape, np.uint8)
  label[2:6, 3:7, 1:4] = 1
  noise = np.random.default_rng(seed).standard_normal(shape)
  return (3 * label + noise).astype(np.float32), label


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
  folder = tmp_path_factory.mktemp("run")
  for seed in range(3):
    image, label = volume(seed)
    write_case(folder / "data", f"c{seed}", image, label)
  return keep(folder)


def keep(folder, **settings):
  """A model of FOLDER/data in FOLDER/w."""
  return kept_models.keep(
    folder / "w", folder / "data", widths=(4,), test_items=1, **settings
  )


def masks_of(out):
  return {
    p.name.removesuffix(".nii.gz"): nibabel.load(p)
    for p in sorted((out / "masks").iterdir())
  }


def test_the_dice_of_written_masks_is_that_of_the_run(kept, tmp_path):
  found = predict(kept.workdir, kept.config.data, tmp_path / "o", console=QUIET)
  assert found.ids == ("c0", "c1", "c2") and not found.left_out
  problem, test = kept.problem, kept.problem.split.test
  name = problem.dataset.ids[test[0]]
  predicted = predict_test(problem, kept.params)
  wanted = evaluation.case_dice(predicted, [name])[1][0]
  truth = nibabel.load(f"{kept.config.data}/labelsTr/{name}.nii.gz")
  mask = np.asarray(masks_of(tmp_path / "o")[name].dataobj)
  assert 0.05 < wanted[1] < 0.95
  own = [dice(mask, np.asarray(truth.dataobj), label) for label in (0, 1)]
  np.testing.assert_allclose(own, wanted, rtol=1e-6)


def turned_files(folder):
  """One image, as it would be in files of all 48 orders of axes."""
  image, _ = volume(7)
  base = nibabel.Nifti1Image(image, rotated())
  ways = itertools.product(itertools.permutations(range(3)), *[(1, -1)] * 3)
  for i, (axes, *flips) in enumerate(ways):
    turn = np.array([*zip(axes, flips, strict=True)])
    folder.mkdir(exist_ok=True)
    nibabel.save(base.as_reoriented(turn), folder / f"v{i:02d}.nii.gz")


def test_every_order_of_axes_comes_back(kept, tmp_path):
  turned_files(tmp_path / "new")
  new, out = tmp_path / "new", tmp_path / "o"
  predict(kept.workdir, new, out, uncertainty=True, console=QUIET)
  masks = masks_of(tmp_path / "o")
  assert len(masks) == 48
  closest = []
  for name, mask in masks.items():
    image = nibabel.load(tmp_path / "new" / f"{name}.nii.gz")
    entropy = nibabel.load(tmp_path / "o/entropy" / f"{name}.nii.gz")
    for own in (mask, entropy):
      assert own.shape == image.shape
      np.testing.assert_array_equal(own.affine, image.affine)
      assert own.header.get_zooms() == image.header.get_zooms()
      for field in ("sform_code", "qform_code", "xyzt_units"):
        assert own.header[field] == image.header[field]
    assert mask.get_data_dtype() == np.uint8
    assert entropy.get_data_dtype() == np.float32
    closest.append(nibabel.as_closest_canonical(mask))
  first = np.asarray(closest[0].dataobj)
  assert 0 < first.sum() < first.size
  for mask in closest:
    np.testing.assert_array_equal(np.asarray(mask.dataobj), first)


@pytest.mark.parametrize(
  ("shape", "fields"),
  [
    ((5, 4, 3), {}),  # smaller than the patch
    ((20, 8, 6), {}),  # several windows
    (SHAPE, {"sform_code": 0, "qform_code": 0}),
    (SHAPE, {"pixdim": (0.5, 0.5, 4.0)}),  # another than the affine's
    (SHAPE, {"slope": (2.0,)}),
  ],
)
def test_headers_that_are_odd_come_back(kept, tmp_path, shape, fields):
  file = tmp_path / "new/a.nii.gz"
  write(file, np.random.default_rng(1).standard_normal(shape), rotated())
  patch(file, **fields)
  predict(kept.workdir, file, tmp_path / "o", console=QUIET)
  image = nibabel.load(file)
  mask = masks_of(tmp_path / "o")["a"]
  assert mask.shape == shape
  np.testing.assert_array_equal(mask.affine, image.affine)
  assert mask.header.get_zooms() == image.header.get_zooms()
  assert mask.header["sform_code"] == image.header["sform_code"]
  assert set(np.unique(mask.dataobj)) <= {0, 1}


def test_a_coarsened_run_gives_masks_of_the_own_grid(tmp_path):
  for seed in range(3):
    image, label = volume(seed, (12, 10, 9))
    write_case(tmp_path / "data", f"c{seed}", image, label)
  kept = keep(tmp_path, coarsen=2)
  assert max(kept.config.patch) == 4  # two thirds of 6
  predict(kept.workdir, tmp_path / "data", tmp_path / "o", console=QUIET)
  assert {m.shape for m in masks_of(tmp_path / "o").values()} == {(12, 10, 9)}


@pytest.mark.parametrize("size", [0, 8])
@pytest.mark.parametrize("tag", [1, 3, 6, 7, 8])
def test_masks_of_pictures_are_of_the_pixels_in_the_file(tmp_path, size, tag):
  rng = np.random.default_rng(0)
  for i in range(3):
    for part, values in (
      ("images", rng.integers(0, 255, (12, 8, 3))),
      ("masks", np.arange(96).reshape(12, 8) % 8 // 4 * 255),
    ):
      (tmp_path / "data" / part).mkdir(parents=True, exist_ok=True)
      picture = Image.fromarray(values.astype(np.uint8))
      picture.save(tmp_path / "data" / part / f"{i}.png")
  kept = keep(tmp_path, image_size=size)
  exif = Image.Exif()
  exif[0x0112] = tag
  (tmp_path / "new").mkdir()
  picture = Image.fromarray(rng.integers(0, 255, (9, 14, 3)).astype(np.uint8))
  picture.save(tmp_path / "new/x.png", exif=exif)
  predict(kept.workdir, tmp_path / "new", tmp_path / "o", console=QUIET)
  with Image.open(tmp_path / "o/masks/x.png") as mask:
    assert (mask.size, mask.mode) == ((14, 9), "L")
    assert mask.getexif().get(0x0112, 1) == tag
    assert set(np.unique(mask)) <= {0, 1}


def test_pictures_with_masks_have_the_dice_of_the_run(tmp_path):
  folder = tmp_path / "data"
  rng = np.random.default_rng(0)
  for i in range(4):
    truth = np.zeros((16, 16), np.uint8)
    truth[4:10, 3 + i : 9 + i] = 255
    image = np.clip(rng.normal(100, 40, (16, 16, 3)) + truth[..., None], 0, 255)
    for part, values in (("images", image), ("masks", truth)):
      (folder / part).mkdir(parents=True, exist_ok=True)
      Image.fromarray(values.astype(np.uint8)).save(folder / part / f"{i}.png")
  kept = kept_models.keep(tmp_path / "w", folder, widths=(4,), test_items=2)
  found = predict(kept.workdir, folder, tmp_path / "o", console=QUIET)
  assert found.ids == ("0", "1", "2", "3")  # not their masks
  problem, test = kept.problem, kept.problem.split.test
  names = [problem.dataset.ids[i] for i in test]
  _, wanted = evaluation.case_dice(predict_test(problem, kept.params), names)
  for name, row in zip(names, wanted, strict=True):
    mask = np.asarray(Image.open(tmp_path / f"o/masks/{name}.png"))
    truth = np.asarray(Image.open(folder / f"masks/{name}.png")) // 255
    assert dice(mask, truth, 1) == pytest.approx(row[1], rel=1e-6)


def test_volumes_of_an_npz_have_its_voxels(tmp_path):
  images, labels = map(
    np.stack, zip(*(volume(s) for s in range(3)), strict=True)
  )
  np.savez(tmp_path / "d.npz", images=images, labels=labels, spacing_mm=SPACING)
  kept = kept_models.keep(
    tmp_path / "w", tmp_path / "d.npz", widths=(4,), test_items=1
  )
  predict(kept.workdir, tmp_path / "d.npz", tmp_path / "o", console=QUIET)
  masks = masks_of(tmp_path / "o")
  assert [m.shape for m in masks.values()] == [SHAPE] * 3
  np.testing.assert_allclose(np.diag(masks["item_00000"].affine)[:3], SPACING)
