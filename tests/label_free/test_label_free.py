import jax
import numpy as np
import pytest

from alx import data, label_free
from alx.label_free import Encoding, make_features

TINY = Encoding(widths=(4, 8), longest=8, steps=20, batch=8)


def dataset(shapes, groups=None, images=None):
  rng = np.random.default_rng(0)
  if images is None:
    images = tuple(rng.standard_normal(s).astype(np.float32) for s in shapes)
  return data.Dataset(
    name="small",
    task="classification",
    ids=tuple(f"i{i}" for i in range(len(shapes))),
    images=images,
    labels=tuple(np.int32(i % 2) for i in range(len(shapes))),
    class_names=("a", "b"),
    spacing_mm=(None,) * len(shapes),
    groups=groups,
    split=None,
    left_out=(),
  )


def features(name, images, key=0, groups=None):
  count = len(images.values)
  items = np.arange(count - 2, dtype=np.int32)
  groups = label_free.group_numbers(groups, count)
  return make_features(name, jax.random.key(key), images, items, groups, TINY)


def test_items_of_any_extents_get_one_shape():
  shapes = [(16, 8, 1), (16, 9, 1), (17, 8, 1)]
  images = label_free.shrink(dataset(shapes), TINY)
  assert images.values.shape == (3, 8, 4, 1)
  with pytest.raises(ValueError, match=r"wanted images .* rows of 5 numbers"):
    label_free.shrink(dataset([(5,)] * 3), TINY)


def test_bytes_are_brought_to_the_range_that_the_learner_sees():
  picture = np.array([[0, 51], [102, 255]], np.uint8)[..., None]
  black = np.zeros((4, 4, 1), np.uint8)
  few = dataset([(2, 2, 1)] * 3, images=(picture, picture, black))
  found = label_free.shrink(few, TINY).values
  assert found.dtype == np.float32
  wanted = [[-1.0, -0.6], [-0.2, 1.0]]
  np.testing.assert_allclose(found[0, ..., 0], wanted, atol=1e-6)
  np.testing.assert_array_equal(found[2], np.full((2, 2, 1), -1.0))


def test_floats_of_one_small_shape_stay_as_they_are():
  few = dataset([(8, 4, 1)] * 3)
  np.testing.assert_array_equal(
    label_free.shrink(few, TINY).values, np.stack(few.images)
  )


@pytest.mark.parametrize("name", label_free.NAMES)
@pytest.mark.parametrize("shape", [(8, 8, 2), (4, 6, 4, 1)])
def test_every_encoder_gives_finite_rows(name, shape):
  images = label_free.shrink(dataset([shape] * 12), TINY)
  found = features(name, images)
  assert found.shape == (12, 8) and found.dtype == np.float32
  assert np.isfinite(found).all() and found.std(0).max() > 0
  np.testing.assert_array_equal(found, features(name, images))
  if name == "simclr":
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
  changes = not np.array_equal(found, features(name, images, key=1))
  assert changes == (name not in label_free.WITHOUT_KEY)


def test_test_items_are_not_learned_from():
  whole = label_free.shrink(dataset([(8, 8, 1)] * 12), TINY)
  values = whole.values.copy()
  values[10:] += 100
  moved = features("pca", whole._replace(values=values))
  np.testing.assert_array_equal(moved[:10], features("pca", whole)[:10])


def test_patients_are_numbered_and_unknown_ones_are_each_their_own():
  found = label_free.group_numbers(("p2", "p1", "p2"), 3)
  assert found[0] == found[2] != found[1]
  found = label_free.group_numbers(("", "p1", "nan", "p1", "", "NaN"), 6)
  assert found[1] == found[3] and len(set(found.tolist())) == 5


def test_one_patient_is_not_contrasted():
  images = label_free.shrink(dataset([(8, 8, 1)] * 6), TINY)
  groups = ("p1",) * 4 + ("p2",) * 2  # the last two are not learned from
  with pytest.raises(ValueError, match=r"2 patients or more .* found 4 of"):
    features("simclr", images, groups=groups)


def test_equal_images_have_no_components():
  images = label_free.shrink(dataset([(8, 8, 1)] * 4), TINY)
  same = images._replace(values=np.ones_like(images.values))
  with pytest.raises(ValueError, match="wanted rows that differ"):
    features("pca", same)


def test_another_name_is_told():
  images = label_free.shrink(dataset([(8, 8, 1)] * 4), TINY)
  with pytest.raises(ValueError, match="'vae' is not one of pca, autoencoder"):
    features("vae", images)
