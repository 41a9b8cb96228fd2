import jax
import numpy as np
import pytest

from alx.data.phantom import Site, make_screening
from alx.data.phantom.screening import SITES


@pytest.fixture(scope="module")
def made():
  return make_screening(jax.random.key(0), num_items=200)


def has(dataset):
  """[N, 2] bool, which items show a common and a rare lesion."""
  return np.array([[(x == c).any() for c in (1, 2)] for x in dataset.labels])


def same(a, b):
  return all(
    x.tobytes() == y.tobytes() and x.dtype == y.dtype
    for x, y in zip(a.images + a.labels, b.images + b.labels, strict=True)
  )


def test_fields_are_those_of_a_data_set(made):
  data = made.dataset
  assert data.task == "segmentation" and data.split is None
  assert data.class_names == ("background", "common", "rare")
  assert len(set(data.ids)) == len(data.groups) == 200
  for image, label in zip(data.images, data.labels, strict=True):
    assert image.shape == (32, 32, 1) and image.dtype == np.float32
    assert label.shape == (32, 32) and label.dtype == np.uint8
    assert np.isfinite(image).all() and label.max() <= 2


def test_most_are_healthy_few_have_the_rare_kind(made):
  shown = has(made.dataset)
  # 200 draws, of which a fifth are repeats: about 4 standard deviations.
  assert abs((~shown.any(1)).mean() - 0.7) < 0.15
  assert 0.01 < shown[:, 1].mean() < 0.14
  assert not shown.all(1).any()  # at most one lesion


def test_shares_are_obeyed():
  key = jax.random.key(1)
  healthy = make_screening(key, num_items=16, healthy=1.0, rare=0.0)
  assert not has(healthy.dataset).any()
  rare = make_screening(key, num_items=16, healthy=0.0, rare=1.0)
  assert has(rare.dataset)[:, 1].all() and not has(rare.dataset)[:, 0].any()


@pytest.mark.parametrize("num_items", [1, 13])
def test_an_item_does_not_depend_on_how_many_there_are(made, num_items):
  few = make_screening(jax.random.key(0), num_items=num_items)
  whole = made.dataset
  cut = whole._replace(
    images=whole.images[:num_items], labels=whole.labels[:num_items]
  )
  assert same(few.dataset, cut)
  assert few.dataset.groups == whole.groups[:num_items]
  np.testing.assert_array_equal(few.site, made.site[:num_items])


def test_other_key_other_images(made):
  other = make_screening(jax.random.key(2), num_items=2)
  assert (other.dataset.images[0] != made.dataset.images[0]).any()


def test_who_comes_again_has_the_same_lesion_group_and_site(made):
  data = made.dataset
  again = [i for i in range(200) if data.groups[i] != data.ids[i]]
  assert 0.1 < len(again) / 200 < 0.3
  for item in again:
    root = data.ids.index(data.groups[item])
    assert root < item and made.site[item] == made.site[root]
    np.testing.assert_array_equal(data.labels[item], data.labels[root])
    assert (data.images[item] != data.images[root]).any()
  none = make_screening(jax.random.key(0), num_items=16, repeats=0.0).dataset
  assert none.groups == none.ids


def test_the_site_is_told_and_its_patients_are_its_share(made):
  assert made.sites == SITES
  ids = made.dataset.ids
  assert [int(x.rpartition("site")[2]) for x in ids] == made.site.tolist()
  roots = [i for i in range(200) if made.dataset.groups[i] == ids[i]]
  found = np.bincount(made.site[roots], minlength=3) / len(roots)
  np.testing.assert_allclose(found, [0.6, 0.3, 0.1], atol=0.12)


def test_a_site_bends_intensities_and_adds_its_noise():
  def one(gamma, noise):
    site = (Site(1.0, gamma, noise),)
    made = make_screening(jax.random.key(3), num_items=1, sites=site)
    return made.dataset.images[0].ravel()

  plain, bent, noisy = one(1.0, 0.0), one(2.0, 0.0), one(1.0, 0.3)
  order = np.argsort(plain, kind="stable")
  assert (np.diff(bent[order]) >= -1e-5).all()  # the same order of greys

  def skewness(x):
    return (((x - x.mean()) / x.std()) ** 3).mean()

  assert skewness(bent) > skewness(plain) + 0.1
  assert np.corrcoef(noisy, plain)[0, 1] < 0.99


@pytest.mark.parametrize("shape", [(16, 20, 12), (24, 32)])
def test_other_shapes(shape):
  made = make_screening(
    jax.random.key(4), num_items=3, shape=shape, healthy=0.0
  )
  assert made.dataset.images[0].shape == (*shape, 1)
  assert made.dataset.spacing_mm[0] == (1.0,) * len(shape)
  assert any(label.any() for label in made.dataset.labels)


@pytest.mark.parametrize(
  ("wrong", "message"),
  [
    ({"num_items": 0}, "num_items >= 1, got 0"),
    ({"shape": (32,)}, "2 or 3 axes"),
    ({"healthy": 1.5}, r"healthy in \[0, 1\], got 1.5"),
    ({"healthy": 0.9, "rare": 0.2}, "rare_plus_healthy"),
    ({"sites": ()}, "add up to 1, got 0"),
    ({"sites": (Site(0.5, 1.0, 0.1),)}, "add up to 1, got 0.5"),
    ({"sites": (Site(1.0, 0.0, 0.1),)}, r"sites\[0\]: wanted gamma > 0"),
    ({"sites": (Site(1.0, 1.0, -1.0),)}, "noise >= 0"),
  ],
)
def test_wrong_arguments_are_refused(wrong, message):
  with pytest.raises(ValueError, match=message):
    make_screening(jax.random.key(0), **wrong)
