"""Sessions of a user with models whose answers are known."""

import numpy as np
import pytest

from alx.interactive import sessions, suggest

SHAPE = (8, 8)
TRUTH = np.zeros(SHAPE, bool)
TRUTH[1:4, 1:4] = TRUTH[5:7, 5:8] = True


def paints(clicks):
  """A model that knows no more than the voxels that were clicked on."""
  found = np.zeros(SHAPE)
  for click in clicks:
    found[click.place] = float(click.positive)
  return found


def test_a_perfect_model_needs_no_more_than_the_first_click():
  course = sessions.annotate(lambda clicks: TRUTH.astype(float), TRUTH, most=5)
  assert len(course.clicks) == 1
  assert course.dice.tolist() == [0, 1, 1, 1, 1, 1]


def test_a_perfect_draft_needs_none():
  given = lambda clicks: TRUTH.astype(float), TRUTH
  course = sessions.annotate(*given, most=2, draft=True)
  assert course.clicks == () and course.dice.tolist() == [1, 1, 1]


def test_one_voxel_for_each_click():
  course = sessions.annotate(paints, TRUTH, most=4)
  wanted = [2 * n / (n + TRUTH.sum()) for n in range(5)]
  np.testing.assert_allclose(course.dice, wanted)
  assert course.clicks[0].place == (2, 2)  # the middle of the larger part


def test_the_user_answers_what_the_model_asks():
  asked = []

  def suggested(probs, clicks):
    asked.append(len(clicks))
    return (0, 0)

  course = sessions.annotate(paints, TRUTH, most=3, suggest=suggested)
  assert asked == [1, 2] and course.clicks[1:] == (((0, 0), False),) * 2


def test_clicks_to_a_dice_are_censored():
  some = [
    sessions.Course(np.array([0, 0.5, 0.9, 0.9]), ()),
    sessions.Course(np.array([0, 0.2, 0.3, 0.4]), ()),
  ]
  found = sessions.clicks_needed(some, 0.8)
  assert found.clicks.tolist() == [2, 4]
  assert found.mean == 2.5 and found.reached == 0.5
  np.testing.assert_allclose(sessions.summarise(some), [0, 0.35, 0.6, 0.65])
  for wrong in (0.0, 1.1):
    with pytest.raises(ValueError, match="wanted a Dice"):
      sessions.clicks_needed(some, wrong)


def test_the_most_uncertain_voxel_is_not_asked_for_twice():
  probs = np.full(SHAPE, 0.01)
  probs[2, 2], probs[6, 6] = 0.5, 0.4
  sharp = {"sigma_mm": 1e-3, "apart_mm": 2.0}
  first = suggest.most_uncertain(probs, **sharp)
  assert first == (2, 2)
  click = sessions.Click(first, True)
  assert suggest.most_uncertain(probs, [click], **sharp) == (6, 6)
  all_of_them = {"sigma_mm": 1.0, "apart_mm": 99.0}
  assert suggest.most_uncertain(probs, [click], **all_of_them) is None


def test_the_worst_slice_that_was_not_suggested():
  quality = [0.9, np.nan, 0.2, 0.2, 0.5]
  assert suggest.lowest_quality(quality) == 2
  assert suggest.lowest_quality(quality, [2]) == 3
  assert suggest.lowest_quality(quality, [2, 3, 4, 0]) is None


def test_worst_slices_first_gain_as_much_as_any_order():
  """With the true quality, Dice after each slice is at least random's."""
  rng = np.random.default_rng(0)
  truth = rng.random((10, 6, 6)) < 0.4
  worse = np.linspace(0, 0.5, 10)[:, None, None]
  draft = truth ^ (rng.random(truth.shape) < worse)
  union = (truth | draft).sum((1, 2))
  quality = (truth & draft).sum((1, 2)) / union

  def course(order):
    mask, found = draft.copy(), []
    for at in order:
      mask[at] = truth[at]
      found.append(sessions.dice_of(mask, truth))
    return np.array(found)

  order = []
  while len(order) < 10:
    order.append(suggest.lowest_quality(quality, order))
  by_quality = course(order)
  assert (np.diff(by_quality) >= -1e-12).all()
  others = np.mean([course(rng.permutation(10)) for _ in range(50)], 0)
  assert (by_quality >= others - 1e-12).all()
