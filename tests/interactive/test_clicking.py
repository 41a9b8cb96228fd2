"""A model that learns from clicks, and a head that judges masks."""

from types import SimpleNamespace

import jax
import numpy as np
import pytest

from alx.interactive import annotate, fit, make_predict, summarise
from alx.interactive import training as clicking
from alx.interactive.quality import (
  Judging,
  corrupted,
  iou,
  make_quality_head,
)
from alx.label_maps import UNLABELLED

SETTINGS = clicking.Clicking(widths=(6, 12), steps=60, batch=4, most=3)


def squares(count, seed=0):
  """Pictures with two alike squares, of which one is the foreground."""
  rng = np.random.default_rng(seed)
  images = rng.normal(0, 0.1, (count, 16, 16, 1)).astype(np.float32)
  truths = np.zeros((count, 16, 16), np.uint8)
  for image, truth in zip(images, truths, strict=True):
    for number, column in enumerate(rng.permutation([1, 9])):
      row = int(rng.integers(1, 9))
      inside = slice(row, row + 5), slice(column, column + 5)
      image[inside] += 1.0
      if not number:
        truth[inside] = 1
  return images, truths


@pytest.fixture(scope="module")
def trained():
  images, truths = squares(24)
  return fit(jax.random.key(0), images, truths, SETTINGS)


def test_clicks_say_what_the_image_does_not(trained):
  params, losses = trained
  assert losses[-10:].mean() < 0.7 * losses[:10].mean()
  of_image = make_predict(params, SETTINGS)
  images, truths = squares(6, seed=1)
  courses = [
    annotate(of_image(image), truth > 0, most=3, draft=True)
    for image, truth in zip(images, truths, strict=True)
  ]
  dice = summarise(courses)
  assert dice[1] > dice[0] + 0.1 and dice[-1] > 0.7


def test_clicks_in_training_are_where_a_part_is_deep_in_mm():
  truth = np.zeros((1, 9, 20), np.uint8)
  truth[0, :5, :5] = 1  # as deep as 3 voxels
  truth[0, 5:8, :] = 1  # 3 rows, of 4 mm each in the second case
  settings = clicking.Clicking(most=1, choice="largest")
  image, rng = np.zeros((1, 9, 20, 1)), np.random.default_rng(0)
  for spacing, row in ((None, 2), ((4.0, 1.0), 6)):
    ((click,),) = clicking._clicks(
      *(None, None, image, truth, settings, rng, spacing)
    )
    assert click.place[0] == row


def test_the_same_key_gives_the_same_parameters():
  images, truths = squares(4)
  few = clicking.Clicking(widths=(4, 8), steps=2, batch=2, most=2)
  first, again = (fit(jax.random.key(1), images, truths, few) for _ in "12")
  same = jax.tree.map(lambda a, b: bool((a == b).all()), first[0], again[0])
  assert all(jax.tree.leaves(same))


def test_nobody_clicks_where_nothing_is_known(monkeypatch):
  places = []

  def seen(*masks, **options):
    click = clicking_next(*masks, **options)
    places.append(click and click.place)
    return click

  clicking_next = clicking.next_click
  monkeypatch.setattr(clicking, "next_click", seen)
  images, truths = squares(4)
  truths[:, :, :8] = UNLABELLED
  few = clicking.Clicking(widths=(4, 8), steps=2, batch=2, most=2)
  fit(jax.random.key(1), images, truths, few)
  assert places and all(place is None or place[1] >= 8 for place in places)


def test_spoilt_masks_are_masks_and_few_stay():
  rng = np.random.default_rng(0)
  mask = squares(1)[1][0] > 0
  found = [corrupted(rng, mask) for _ in range(60)]
  assert all(f.shape == mask.shape and f.dtype == bool for f in found)
  qualities = np.array([iou(f, mask) for f in found])
  assert 0.02 < (qualities == 1).mean() < 0.5 and (qualities == 0).any()
  assert iou(np.zeros(3, bool), np.zeros(3, bool)) == 1


def test_a_head_ranks_masks_by_their_quality():
  images, truths = squares(24)
  head = make_quality_head(Judging(widths=(6, 12), steps=120))
  params = head.fit(jax.random.key(0), images, truths > 0)
  images, truths = squares(40, seed=1)
  rng = np.random.default_rng(1)
  masks = np.stack([corrupted(rng, truth > 0) for truth in truths])
  true = [iou(m, t > 0) for m, t in zip(masks, truths, strict=True)]
  told = np.asarray(head.predict(params, images, masks))
  assert told.shape == (40,) and (told >= 0).all() and (told <= 1).all()
  ranks = [np.argsort(np.argsort(values)) for values in (told, true)]
  assert np.corrcoef(*ranks)[0, 1] > 0.5


def test_the_net_is_not_asked_where_nobody_clicks():
  """In the second and third turn of three by chance nobody does."""
  images, truths = squares(2)
  turns = iter([np.zeros(2), np.ones(2), np.ones(2)])
  choice = np.random.default_rng(0).choice
  rng = SimpleNamespace(random=lambda count: next(turns), choice=choice)
  clicks = clicking._clicks(None, None, images, truths, SETTINGS, rng)
  assert [len(some) for some in clicks] == [1, 1]
