"""Which case a reader is given next, and which cases of a round are whose."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alx.projects.draws import draw, in_order, uniform
from alx.projects.people.desk import (
  Desk,
  Lease,
  last_replies,
  live,
  refuses,
  submitters,
)


@dataclasses.dataclass(frozen=True)
class Policy:
  """How work is shared out.

  Attributes:
    seconds: that a lease holds.
    readers: of each case; 2 and more: a study of how far they agree.
    open: cases that a reader may hold at a time.
    blind: share of the cases that are given without a draft, in [0, 1]: what
      drafts save, and how far they bias, is measured against these.
    repeats: share of the cases that a reader is given twice, in [0, 1), as if
      they were new.
    apart: other cases between the two times.
    seed: of what is drawn.
  """

  seconds: float = 4 * 3600.0
  readers: int = 1
  open: int = 1
  blind: float = 0.0
  repeats: float = 0.0
  apart: int = 5
  seed: int = 0

  def __post_init__(self):
    """Raises ValueError for numbers out of range."""
    for name in ("readers", "open", "apart"):
      value = getattr(self, name)
      if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}: wanted a whole number >= 1, found {value!r}")
    if not 0 < self.seconds < float("inf"):
      raise ValueError(f"seconds: wanted a number > 0, found {self.seconds!r}")
    if not 0 <= self.blind <= 1 or not 0 <= self.repeats < 1:
      raise ValueError(
        "wanted shares blind in [0, 1] and repeats in [0, 1), found "
        f"{self.blind!r} and {self.repeats!r}"
      )


def next_case(
  desk: Desk,
  queue: Sequence[str],
  reader: str,
  now: float,
  policy: Policy,
) -> Lease | None:
  """The lease that a reader is given; None: nothing to do now.

  One who holds as many as allowed is given the oldest of them again. No two
  readers hold the same case but those of a study, and none is given a case
  again but as a hidden repeat. The arm is that of the case, whoever asks.

  Args:
    desk: all leases and replies so far.
    queue: cases, the most wanted first.
    reader: who asks.
    now: seconds.
    policy: how work is shared out.
  """
  holds, last = live(desk, now), last_replies(desk)
  held = [x for x in holds if x.reader == reader]
  if len(held) >= policy.open:
    return held[0]
  busy = submitters(desk)
  for lease in holds:
    busy.setdefault(lease.case, set()).add(lease.reader)

  def is_free(case):
    others = busy.get(case, ())
    free = reader not in others and len(others) < policy.readers
    return free and not refuses(last.get((case, reader)), now)

  case = _due_repeat(desk, reader, policy)
  repeat = case is not None
  if not repeat:
    case = next(filter(is_free, queue), None)
  if case is None:
    return None
  arm = arm_of(policy, case)
  return Lease(case, reader, now, now + policy.seconds, arm, repeat)


def arm_of(policy: Policy, case: str) -> str:
  """ "blind" or "draft" of a case, whoever asks and whatever others there are.

  Args:
    policy: of the share and the seed.
    case: its name.
  """
  is_blind = uniform(policy.seed, "blind", case) < policy.blind
  return "blind" if is_blind else "draft"


def _due_repeat(desk, reader, policy):
  """A case that the reader did before and is to do again, as if new."""
  own = [r for r in desk.replies if r.reader == reader]
  done = [r.case for r in own if r.kind == "submitted"]
  begun = {x.case for x in desk.leases if x.reader == reader and x.repeat}
  if len(begun) >= int(policy.repeats * len(set(done))):
    return None
  old = [c for c in dict.fromkeys(done[: -policy.apart]) if c not in begun]
  order = in_order(policy.seed, f"repeat {reader}", old)
  return order[0] if order else None


def arms(
  policy: Policy, cases: Sequence[str], strata: Mapping[str, str] | None = None
) -> dict[str, str]:
  """ "blind" or "draft" of each case, exactly the share of them, by stratum.

  Args:
    policy: of the share and the seed.
    cases: distinct.
    strata: of each case, if known.
  """
  kinds = {case: (strata or {}).get(case, "") for case in cases}
  count = round(policy.blind * len(kinds))
  blind = set(draw(policy.seed, "blind", kinds, count))
  return {case: "blind" if case in blind else "draft" for case in cases}


class Task(NamedTuple):
  """One line of a reader's worklist."""

  case: str
  reader: str
  rank: int  # 1, 2, ... of the reader
  arm: str
  repeat: bool = False


def share_out(
  cases: Sequence[str],
  readers: Sequence[str],
  policy: Policy,
  done: Mapping[str, Sequence[str]] | None = None,
  declined: Mapping[str, Sequence[str]] | None = None,
  strata: Mapping[str, str] | None = None,
) -> list[Task]:
  """The worklists of a round: each case to its number of readers, in turn.

  Numbers of cases differ by one at most, unless readers have declined some.
  Repeats are put among the others, where a reader does not look for them.

  Args:
    cases: of the round, the most wanted first, distinct.
    readers: distinct names.
    policy: how work is shared out.
    done: cases that a reader has submitted in earlier rounds, oldest first.
    declined: cases that a reader does not want.
    strata: of each case, for the blind arm.

  Returns:
    Tasks by reader and rank; a case for which too few readers are left has
    fewer.

  Raises:
    ValueError: for fewer readers than a case has, or names that are there
      twice.
  """
  if len(set(readers)) != len(readers) or len(readers) < policy.readers:
    raise ValueError(
      f"readers: wanted {policy.readers} or more distinct names, found "
      f"{', '.join(readers) or 'none'}"
    )
  refused = {name: set((declined or {}).get(name, ())) for name in readers}
  arm = arms(policy, cases, strata)
  load, lists = Counter(dict.fromkeys(readers, 0)), {r: [] for r in readers}
  for turn, case in enumerate(cases):
    ring = [*readers[turn % len(readers) :], *readers[: turn % len(readers)]]
    willing = [name for name in ring if case not in refused[name]]
    for name in sorted(willing, key=lambda n: load[n])[: policy.readers]:
      load[name] += 1
      lists[name].append((case, False))
  for name in readers:
    old = [c for c in (done or {}).get(name, ()) if c not in set(cases)]
    _mix_in(lists[name], _repeats(policy, name, old, len(lists[name])))
  return [
    Task(case, name, rank, arm.get(case, "draft"), repeat)
    for name in readers
    for rank, (case, repeat) in enumerate(lists[name], 1)
  ]


def _repeats(policy, reader, old, num_new):
  """Earlier cases of a reader, so many that they are a share of the list."""
  old = list(dict.fromkeys(old))
  count = min(len(old), round(policy.repeats * num_new))
  return in_order(policy.seed, f"repeat {reader} {num_new}", old)[:count]


def _mix_in(tasks, repeats):
  """Puts repeats at places that are spread over the list and look drawn."""
  for number, case in enumerate(repeats):
    step = (len(tasks) + 1) * (2 * number + 1) // (2 * len(repeats))
    tasks.insert(min(step + number % 2, len(tasks)), (case, True))
