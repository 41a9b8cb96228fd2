"""Where a simulated user clicks, against loops over voxels."""

import itertools

import numpy as np
import pytest

from alx.interactive import user

L_SHAPE = np.zeros((9, 9), bool)
L_SHAPE[1:8, 1:3] = L_SHAPE[6:8, 1:8] = True


def depth64(mask, spacing):
  """mm to the nearest voxel outside, that of beyond the image too."""
  big = np.pad(mask, 1)
  outside = np.argwhere(~big) - 1
  found = np.zeros(mask.shape)
  for place in itertools.product(*map(range, mask.shape)):
    if mask[place]:
      gaps = (outside - place) * np.array(spacing)
      found[place] = np.sqrt((gaps**2).sum(1)).min()
  return found


def flood(mask):
  """Connected parts by flooding, neighbours at corners too."""
  left, parts = set(map(tuple, np.argwhere(mask))), []
  while left:
    queue, part = [left.pop()], set()
    while queue:
      at = queue.pop()
      part.add(at)
      for step in itertools.product((-1, 0, 1), repeat=mask.ndim):
        other = tuple(int(a + b) for a, b in zip(at, step, strict=True))
        if other in left:
          left.remove(other)
          queue.append(other)
    parts.append(part)
  return parts


def test_a_click_into_an_l_is_inside_of_it():
  empty = np.zeros_like(L_SHAPE)
  click = user.next_click(L_SHAPE, empty)
  assert click.positive and L_SHAPE[click.place]
  centre = tuple(np.argwhere(L_SHAPE).mean(0).round().astype(int))
  assert not L_SHAPE[centre]  # where the centre of gravity would have been


def test_what_is_right_is_not_corrected():
  assert user.next_click(L_SHAPE, L_SHAPE) is None


def test_the_larger_mistake_comes_first():
  predicted = L_SHAPE.copy()
  predicted[1, 1] = False  # missed: 1 voxel
  predicted[0:3, 5:8] = True  # invented: 9 voxels
  assert user.next_click(L_SHAPE, predicted) == user.Click((1, 6), False)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
  ("shape", "spacing"), [((7, 8), (1.0, 2.5)), ((4, 5, 6), (3.0, 1.0, 0.7))]
)
def test_a_click_is_that_of_a_loop(seed, shape, spacing):
  rng = np.random.default_rng(seed)
  truth, predicted = rng.random((2, *shape)) < 0.35
  click = user.next_click(truth, predicted, spacing)
  best = (0, None, None)
  missed, invented = truth & ~predicted, predicted & ~truth
  for wrong, positive in ((missed, True), (invented, False)):
    for part in sorted(flood(wrong), key=min):
      if len(part) > best[0]:
        best = len(part), part, positive
  mask = np.zeros(shape, bool)
  mask[tuple(np.array(list(best[1])).T)] = True
  depth = depth64(mask, spacing)
  assert click.positive == best[2] and mask[click.place]
  assert depth[click.place] == pytest.approx(depth.max())


def test_a_drawn_click_is_the_same_of_one_seed_and_in_a_part():
  empty = np.zeros_like(L_SHAPE)

  def drawn(seed):
    rng = np.random.default_rng(seed)
    return user.next_click(
      L_SHAPE, empty, rng=rng, choice="sampled", noise_mm=1.0
    )

  assert drawn(3) == drawn(3)
  found = {drawn(seed).place for seed in range(20)}
  assert len(found) > 5 and all(L_SHAPE[place] for place in found)


def test_extreme_points_are_at_the_ends():
  found = user.extreme_points(L_SHAPE)
  assert [found[0, 0], found[1, 0], found[2, 1], found[3, 1]] == [1, 7, 1, 7]
  assert all(L_SHAPE[tuple(point)] for point in found)
  rng = np.random.default_rng(0)
  near = [user.extreme_points(L_SHAPE, rng, jitter=1) for _ in range(30)]
  assert {int(points[0, 0]) for points in near} == {1, 2}
  assert user.extreme_points(np.ones((2, 3, 4), bool)).shape == (6, 3)


def test_a_box_is_around_and_stays_in_the_image():
  assert user.box_around(L_SHAPE) == user.Box((1, 1), (8, 8))
  rng = np.random.default_rng(0)
  for _ in range(50):
    box = user.box_around(L_SHAPE, rng, jitter=0.5)
    low, high = np.array(box)
    assert (low >= 0).all() and (high <= 9).all() and (low < high).all()


def test_a_scribble_goes_through_the_middle_of_a_bar():
  bar = np.zeros((5, 12), bool)
  bar[1:4, 1:11] = True
  line = user.scribble(bar)
  assert {1, 10} == {line[0, 1], line[-1, 1]}
  assert (np.abs(np.diff(line, axis=0)).max(1) == 1).all()  # no gap
  assert (line[2:-2, 0] == 2).all()
  assert all(bar[tuple(voxel)] for voxel in line)


def test_a_scribble_of_an_l_stays_inside_of_it():
  line = user.scribble(L_SHAPE)
  assert all(L_SHAPE[tuple(voxel)] for voxel in line) and len(line) >= 10
  assert user.scribble(np.eye(1, dtype=bool)).tolist() == [[0, 0]]


def test_what_cannot_be_is_refused():
  empty = np.zeros_like(L_SHAPE)
  with pytest.raises(ValueError, match="wanted rng="):
    user.next_click(L_SHAPE, empty, choice="sampled")
  with pytest.raises(ValueError, match="wanted largest or sampled"):
    user.next_click(L_SHAPE, empty, choice="smallest")
  with pytest.raises(ValueError, match="wanted bool masks"):
    user.next_click(L_SHAPE, empty.astype(np.uint8))
  for ask in (user.scribble, user.box_around, user.extreme_points):
    with pytest.raises(ValueError, match="found an empty one"):
      ask(empty)
