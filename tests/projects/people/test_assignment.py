import collections

import numpy as np
import pytest

from alx.projects.people import desk as desks
from alx.projects.people.assignment import Policy, arms, next_case, share_out
from alx.projects.people.desk import Desk, Reply

CASES = [f"c{i:02d}" for i in range(20)]


def work(policy, readers, queue=CASES, refuse=0.0, seed=0):
  """Readers ask in turn until there is nothing: (desk, leases in order)."""
  rng, desk, given, now = np.random.default_rng(seed), Desk(), [], 0.0
  idle = 0
  while idle < len(readers):
    for reader in readers:
      now += 1
      lease = next_case(desk, queue, reader, now, policy)
      idle = idle + 1 if lease is None else 0
      if lease is None:
        continue
      given.append(lease)
      desk = desks.leased(desk, lease)
      kind = "declined" if rng.random() < refuse else "submitted"
      desk = desks.replied(desk, Reply(lease.case, reader, kind, now + 0.5))
  return desk, given


def test_each_case_is_given_once_the_most_wanted_first():
  _, given = work(Policy(), ["R1", "R2", "R3"])
  assert [lease.case for lease in given] == CASES


def test_no_two_readers_hold_a_case_and_one_who_asks_again_has_the_same():
  desk, policy = Desk(), Policy()
  for n, reader in enumerate(["R1", "R2", "R3"]):
    lease = next_case(desk, CASES, reader, float(n), policy)
    assert lease.case == CASES[n]
    desk = desks.leased(desk, lease)
    assert next_case(desk, CASES, reader, n + 0.5, policy) == lease
  assert next_case(desk, CASES[:3], "R4", 5.0, policy) is None
  many = Policy(open=2)
  assert next_case(desk, CASES, "R1", 5.0, many).case == CASES[3]


def test_a_lease_that_is_over_is_another_readers():
  policy = Policy(seconds=60.0)
  desk = desks.leased(Desk(), next_case(Desk(), ["a"], "R1", 0.0, policy))
  assert next_case(desk, ["a"], "R2", 59.0, policy) is None
  assert next_case(desk, ["a"], "R2", 60.0, policy).case == "a"


def test_a_study_gives_each_case_to_so_many_readers():
  desk, given = work(Policy(readers=2), ["R1", "R2", "R3"])
  count = collections.Counter(lease.case for lease in given)
  assert set(count.values()) == {2} and len(count) == 20
  assert [len(desks.submitters(desk)[case]) for case in CASES] == [2] * 20


def test_readers_who_decline_do_not_stop_the_work():
  desk, given = work(Policy(), ["R1", "R2", "R3"], refuse=0.3)
  unwanted = desks.nobody_wants(desk, CASES, ["R1", "R2", "R3"])
  done = list(desks.submitters(desk))
  assert sorted([*done, *unwanted]) == CASES and len(done) > 15
  total = sum(sum(kinds.values()) for kinds in desks.counts_of(desk).values())
  assert total == len(given) > 20


def test_a_deferred_case_comes_back():
  desk = desks.replied(Desk(), Reply("a", "R1", "deferred", 0.0, until=100.0))
  policy = Policy()
  assert next_case(desk, ["a", "b"], "R1", 50.0, policy).case == "b"
  assert next_case(desk, ["a", "b"], "R1", 100.0, policy).case == "a"
  assert next_case(desk, ["a", "b"], "R2", 50.0, policy).case == "a"


def test_hidden_repeats_are_a_share_and_lie_apart():
  _, given = work(Policy(repeats=0.2, apart=4), ["R1"])
  again = [n for n, lease in enumerate(given) if lease.repeat]
  assert len(again) == 4 and len(given) == 24
  for n in again:
    first = next(m for m, x in enumerate(given) if x.case == given[n].case)
    assert n - first > 4
  assert len({given[n].case for n in again}) == 4


def test_the_blind_arm_is_of_the_case_and_has_its_share():
  queue = [f"c{i}" for i in range(400)]
  policy = Policy(blind=0.25, readers=2)
  _, given = work(policy, ["R1", "R2"], queue)
  arm = {}
  for lease in given:
    assert arm.setdefault(lease.case, lease.arm) == lease.arm
  blind = sum(x == "blind" for x in arm.values())
  assert abs(blind - 100) < 4 * np.sqrt(400 * 0.25 * 0.75)


def test_arms_of_a_round_have_exactly_their_share_of_each_stratum():
  strata = {case: "ab"[n % 2] for n, case in enumerate(CASES)}
  found = arms(Policy(blind=0.2), CASES, strata)
  blind = [strata[c] for c in CASES if found[c] == "blind"]
  assert sorted(blind) == ["a", "a", "b", "b"]
  assert set(arms(Policy(), CASES).values()) == {"draft"}
  assert set(arms(Policy(blind=1), CASES).values()) == {"blind"}


def test_a_round_is_shared_out_evenly():
  tasks = share_out(CASES, ["R1", "R2", "R3"], Policy())
  assert sorted(t.case for t in tasks) == CASES
  load = collections.Counter(t.reader for t in tasks)
  assert sorted(load.values()) == [6, 7, 7]
  first = [t.case for t in tasks if t.rank == 1]
  assert first == CASES[:3]


def test_a_round_of_a_study():
  tasks = share_out(CASES, ["R1", "R2", "R3"], Policy(readers=2))
  pairs = collections.Counter((t.case, t.reader) for t in tasks)
  assert len(pairs) == 40 and set(pairs.values()) == {1}
  load = collections.Counter(t.reader for t in tasks)
  assert max(load.values()) - min(load.values()) <= 1


def test_declined_cases_go_to_others():
  tasks = share_out(
    CASES[:4], ["R1", "R2"], Policy(), declined={"R1": CASES[:4]}
  )
  assert {t.reader for t in tasks} == {"R2"}
  both = {"R1": CASES[:1], "R2": CASES[:1]}
  tasks = share_out(CASES[:4], ["R1", "R2"], Policy(), declined=both)
  assert sorted(t.case for t in tasks) == CASES[1:4]


def test_repeats_of_a_round_are_hidden_among_the_others():
  done = {"R1": ["old1", "old2", "old3", "old4", "old5", CASES[0]]}
  tasks = share_out(CASES, ["R1"], Policy(repeats=0.2), done)
  again = [t for t in tasks if t.repeat]
  assert len(again) == 4 and len(tasks) == 24
  assert {t.case for t in again} < set(done["R1"][:5])
  assert [t.rank for t in tasks] == list(range(1, 25))
  places = [t.rank for t in again]
  assert min(np.diff(sorted(places))) > 1 and 1 not in places


def test_names_twice_and_too_few_readers_are_refused():
  with pytest.raises(
    ValueError, match="wanted 2 or more distinct names, found R1"
  ):
    share_out(CASES, ["R1"], Policy(readers=2))
  with pytest.raises(ValueError, match="found none"):
    share_out(CASES, [], Policy())
  with pytest.raises(ValueError, match="distinct names, found R1, R1"):
    share_out(CASES, ["R1", "R1"], Policy())


@pytest.mark.parametrize(
  "wrong",
  [
    {"readers": 0},
    {"open": 1.5},
    {"apart": True},
    {"seconds": 0.0},
    {"seconds": float("inf")},
    {"blind": 1.1},
    {"repeats": 1.0},
    {"repeats": float("nan")},
  ],
)
def test_policies_out_of_range_are_refused(wrong):
  with pytest.raises(ValueError, match="wanted"):
    Policy(**wrong)
