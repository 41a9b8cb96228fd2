import collections

import pytest

from alx.projects.draws import draw, in_order, part_of

NAMES = [f"p{i:03d}" for i in range(100)]


def test_the_order_is_of_the_seed_and_the_use_not_of_the_list():
  found = in_order(0, "val", NAMES)
  assert found == in_order(0, "val", NAMES[::-1])
  assert sorted(found) == NAMES and found != NAMES
  assert found != in_order(1, "val", NAMES) != in_order(0, "test", NAMES)


def test_without_a_name_the_others_keep_their_order():
  found = in_order(0, "val", NAMES)
  assert in_order(0, "val", NAMES[1:]) == [x for x in found if x != "p000"]


def test_each_name_is_drawn_as_often():
  counts = collections.Counter()
  strata = dict.fromkeys(NAMES[:10], "a")
  for seed in range(1000):
    counts.update(draw(seed, "val", strata, 3))
  # 300 of each expected, sd sqrt(1000 * 0.3 * 0.7) = 14.5.
  assert all(abs(count - 300) < 5 * 14.5 for count in counts.values())


@pytest.mark.parametrize(
  ("sizes", "count", "wanted"),
  [
    ({"a": 8, "b": 4}, 3, {"a": 2, "b": 1}),
    ({"a": 8, "b": 4}, 12, {"a": 8, "b": 4}),
    ({"a": 8, "b": 4}, 0, {}),
    # 4.5, 4.5 and 1: one of the halves is rounded up.
    ({"a": 9, "b": 9, "c": 2}, 10, {"a": 5, "b": 4, "c": 1}),
  ],
)
def test_strata_have_their_shares(sizes, count, wanted):
  strata = {f"{s}{i}": s for s, n in sizes.items() for i in range(n)}
  found = collections.Counter(strata[x] for x in draw(3, "val", strata, count))
  assert sorted(found.values()) == sorted(wanted.values())
  assert found.get("c") == wanted.get("c")


@pytest.mark.parametrize("count", [-1, 13])
def test_too_many_or_too_few_are_refused(count):
  with pytest.raises(ValueError, match=f"wanted 0 to 12 names, found {count}"):
    draw(0, "val", dict.fromkeys(NAMES[:12], ""), count)


def test_names_twice_are_refused():
  with pytest.raises(
    ValueError, match=r"val: .* distinct names, found 'a' twice"
  ):
    in_order(0, "val", ["a", "b", "a"])


@pytest.mark.parametrize(
  ("share", "wanted"), [(0.2, 2), (0.01, 1), (3, 3), (0, 0), (1, 1)]
)
def test_a_share_or_a_number(share, wanted):
  assert part_of(share, 10, "val") == wanted


@pytest.mark.parametrize("share", [-1, 1.5, True, "half", float("nan")])
def test_what_is_neither(share):
  with pytest.raises(ValueError, match="val: wanted a share in"):
    part_of(share, 10, "val")
