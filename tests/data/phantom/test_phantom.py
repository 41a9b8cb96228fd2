import jax
import numpy as np
import pytest

from alx.data.phantom import phantom
from alx.data.phantom import volume as phantom_volume

SHAPE = (16, 20, 12)


@pytest.fixture(scope="module")
def made():
  """Enough heads, of the default size, to count kinds of cases."""
  return phantom.make_phantom(jax.random.key(0), num_items=48)


def same(a, b):
  return all(
    x.tobytes() == y.tobytes() and x.dtype == y.dtype
    for x, y in zip(a.images + a.labels, b.images + b.labels, strict=True)
  )


def classes_of(dataset):
  """[N, C] which classes each item has."""
  return np.array([[(x == c).any() for c in range(4)] for x in dataset.labels])


def test_fields_are_those_of_a_data_set(made):
  assert made.task == "segmentation" and made.split is None
  assert made.ids[:2] == ("phantom_000", "phantom_001")
  assert len(set(made.ids)) == len(made.ids) == len(made.labels) == 48
  assert made.class_names == ("background", "blob", "ring", "spiculated")
  assert made.spacing_mm == ((1.0, 1.0, 1.0),) * 48
  for image, label in zip(made.images, made.labels, strict=True):
    assert image.shape == (24, 32, 24, 1) and image.dtype == np.float32
    assert label.shape == (24, 32, 24) and label.dtype == np.uint8
    assert np.isfinite(image).all() and label.max() <= 3


def test_same_key_same_bytes_other_key_other_images(made):
  again = phantom.make_phantom(jax.random.key(0), num_items=48)
  assert same(made, again)
  other = phantom.make_phantom(jax.random.key(1), num_items=2)
  assert (other.images[0] != made.images[0]).any()


@pytest.mark.parametrize("num_items", [1, 13])
def test_an_item_does_not_depend_on_how_many_there_are(made, num_items):
  few = phantom.make_phantom(jax.random.key(0), num_items=num_items)
  cut = made._replace(
    images=made.images[:num_items], labels=made.labels[:num_items]
  )
  assert same(few, cut) and few.groups == made.groups[:num_items]


def test_every_kind_of_case_is_there(made):
  has = classes_of(made)
  assert has[:, 0].all()
  assert 0.3 < has[:, 1].mean() < 0.95 and 0.3 < has[:, 2].mean() < 0.95
  assert 0.03 < has[:, 3].mean() < 0.35
  assert 0 < (~has[:, 1:].any(1)).mean() < 0.3


def test_repeats_share_anatomy_and_group_but_not_the_noise(made):
  repeats = [i for i in range(48) if made.groups[i] != made.ids[i]]
  assert 3 <= len(repeats) <= 18
  for item in repeats:
    root = made.ids.index(made.groups[item])
    assert root < item and made.groups[root] == made.ids[root]
    np.testing.assert_array_equal(made.labels[item], made.labels[root])
    pair = np.stack([made.images[item].ravel(), made.images[root].ravel()])
    assert 0.7 < np.corrcoef(pair)[0, 1] < 0.9999


def test_no_threshold_finds_the_lesions(made):
  images, labels = np.stack(made.images)[..., 0], np.stack(made.labels) > 0
  dices = []
  for threshold in np.linspace(-1.0, 3.0, 17):
    found = images > threshold
    overlap = 2 * (found & labels).sum()
    dices.append(overlap / (found.sum() + labels.sum()))
  assert 0.1 < max(dices) < 0.5


def test_lesions_are_bright_and_only_rings_have_a_dark_core():
  look = phantom_volume.Look(0.5, 0.0, 0.0, 1.0, 0.35, noise=0.0, bias=0.0)
  items, shape = np.arange(8), (24, 32, 24)
  keys = jax.random.split(jax.random.key(3))
  out = phantom._render(*keys, items, items, shape, look)
  images, labels = map(np.asarray, out)
  lesions = [images[labels == c] for c in (1, 2, 3)]
  # The plain tissue is at most 0.65, a core is 0.35.
  assert all(np.quantile(x, 0.75) > 0.8 for x in lesions)
  dark = [(x < 0.42).mean() for x in lesions]
  assert dark[1] > 0.05 > max(dark[0], dark[2])


def test_hard_cases_have_smaller_lesions_and_less_contrast():
  key, plain = jax.random.key(4), {"num_items": 16, "repeats": 0.0}
  easy = phantom.make_phantom(key, hard=0.0, **plain)
  hard = phantom.make_phantom(key, hard=1.0, **plain)

  def lesions(dataset):
    images, labels = np.stack(dataset.images)[..., 0], np.stack(dataset.labels)
    return (labels > 0).sum(), images[labels > 0].mean()

  assert all(np.array(lesions(hard)) < 0.9 * np.array(lesions(easy)))


def test_shares_are_obeyed():
  key = jax.random.key(5)
  all_rare = phantom.make_phantom(
    key, num_items=8, rare=1.0, empty=0.0, hard=0.0, repeats=0.0
  )
  assert classes_of(all_rare)[:, 3].all()
  assert all_rare.groups == all_rare.ids
  none = phantom.make_phantom(key, num_items=8, rare=0.0, empty=1.0)
  assert not classes_of(none)[:, 1:].any()


@pytest.mark.parametrize("shape", [SHAPE, (32, 24)])
def test_other_shapes(shape):
  made = phantom.make_phantom(jax.random.key(6), num_items=3, shape=shape)
  assert made.images[0].shape == (*shape, 1)
  assert made.spacing_mm[0] == (1.0,) * len(shape)
  assert any(label.any() for label in made.labels)


def test_a_voxel_on_a_surface_gets_its_share():
  # A half space that ends in the middle of the voxel has half of its value.
  distance = np.array([-2.0, -0.25, 0.0, 0.25, 2.0], np.float32)
  painted = phantom_volume._paint(np.zeros(5, np.float32), distance, 4.0, 1.0)
  np.testing.assert_allclose(painted, [4.0, 3.0, 2.0, 1.0, 0.0])


@pytest.mark.parametrize(
  ("wrong", "message"),
  [
    ({"num_items": 0}, "num_items >= 1, got 0"),
    ({"shape": (24, 32, 4)}, "8 or more voxels"),
    ({"shape": (24,)}, "2 or 3 axes"),
    ({"hard": 1.5}, r"hard in \[0, 1\], got 1.5"),
    ({"rare": 0.6, "empty": 0.6}, "rare_plus_empty"),
  ],
)
def test_wrong_arguments_are_refused(wrong, message):
  with pytest.raises(ValueError, match=message):
    phantom.make_phantom(jax.random.key(0), **wrong)


def test_most_of_a_volume_is_outside_the_head(made):
  # Else intensities would be scaled with the air around some heads only.
  outside = [(x == x[0, 0, 0]).mean() for x in made.images]
  assert min(outside) > 0.5
