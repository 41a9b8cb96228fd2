import jax
import numpy as np
import pytest

from alx import data, label_free
from alx.label_free import Encoding, make_features

TINY = Encoding(widths=(4, 8), longest=8, steps=20, batch=8)


def dataset(shapes, groups=None):
  rng = np.random.default_rng(0)
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


def features(name, images, key=0):
  count = len(images.values)
  items = np.arange(count - 2, dtype=np.int32)
  groups = label_free.group_numbers(None, count)
  return make_features(name, jax.random.key(key), images, items, groups, TINY)


def test_items_of_any_extents_get_one_shape():
  shapes = [(16, 8, 1), (16, 9, 1), (17, 8, 1)]
  images = label_free.shrink(dataset(shapes), TINY)
  assert images.values.shape == (3, 8, 4, 1)
  with pytest.raises(ValueError, match=r"wanted images .* rows of 5 numbers"):
    label_free.shrink(dataset([(5,)] * 3), TINY)


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


def test_patients_are_numbered():
  found = label_free.group_numbers(("p2", "p1", "p2"), 3)
  assert found.tolist() == [1, 0, 1]


def test_another_name_is_told():
  images = label_free.shrink(dataset([(8, 8, 1)] * 4), TINY)
  with pytest.raises(ValueError, match="'vae' is not one of pca, autoencoder"):
    features("vae", images)
