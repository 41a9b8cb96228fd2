"""Cases of validation and test, fixed by patient before the first round.

No case of such a patient is ever trained on: what is measured on them is
comparable from one version to the next.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alx.data.patients import apart
from alx.projects.draws import draw, part_of

PARTS = ("pool", "val", "test")


class Frozen(NamedTuple):
  """Which case is in which part; cases in the order of their names."""

  pool: tuple[str, ...]  # may be asked for and trained on
  val: tuple[str, ...]  # the gate looks at these
  test: tuple[str, ...]  # looked at last
  notes: tuple[str, ...] = ()  # a line for each stratum that a part lacks


def freeze(
  seed: int,
  cases: Sequence[str],
  patients: Sequence[str | None] | None = None,
  strata: Sequence[str] | None = None,
  *,
  val: float = 0.2,
  test: float = 0.2,
) -> Frozen:
  """Draws the patients of validation and test, each stratum by its share.

  A function of the seed, the patients and their strata: not of the order in
  which cases come. A patient with cases of several strata is of the stratum
  of them all, "a+b".

  Args:
    seed: in [0, 2^32).
    cases: N distinct names.
    patients: N; an unknown one is nobody else. None: each case its own.
    strata: N, such as the organ, the device or the hospital; None: one.
    val, test: shares of the patients in (0, 1), or numbers of them; 0: none.

  Raises:
    ValueError: for other lengths, a case that is there twice, shares that
      leave nothing to ask for.
  """
  people = _patients(cases, patients)
  kinds = _strata(cases, people, strata)
  numbers = [
    part_of(x, len(kinds), n) for n, x in (("val", val), ("test", test))
  ]
  if sum(numbers) >= len(kinds):
    raise ValueError(
      f"frozen cases: wanted val + test below the {len(kinds)} patients, found "
      f"{numbers[0]} + {numbers[1]}: lower them"
    )
  tested = draw(seed, "test", kinds, numbers[1])
  rest = {name: kinds[name] for name in kinds if name not in set(tested)}
  part = dict.fromkeys(kinds, "pool") | dict.fromkeys(tested, "test")
  part |= dict.fromkeys(draw(seed, "val", rest, numbers[0]), "val")
  return _by_part({c: part[p] for c, p in people.items()}, _lacks(kinds, part))


def keep_given(
  cases: Sequence[str],
  parts: Sequence[str],
  patients: Sequence[str | None] | None = None,
) -> Frozen:
  """The parts that data came with, if they keep patients together.

  Args:
    cases: N distinct names.
    parts: N of "pool", "val" and "test".
    patients: as in `freeze`.

  Raises:
    ValueError: for another part, nothing to ask for, or a patient in two.
  """
  people, given = (
    _patients(cases, patients),
    dict(zip(cases, parts, strict=True)),
  )
  if wrong := sorted(set(given.values()) - set(PARTS)):
    raise ValueError(f"parts: wanted {', '.join(PARTS)}, found {wrong[0]!r}")
  if "pool" not in given.values():
    raise ValueError("parts: wanted cases to ask for (pool), found none")
  _refuse_torn(people, given)
  return _by_part(given, ())


def _refuse_torn(people, parts):
  """A patient in two parts would be trained on and measured on."""
  found = defaultdict(set)
  for case, patient in people.items():
    found[patient].add(parts[case])
  for case, patient in people.items():
    if len(found[patient]) > 1:
      raise ValueError(
        f"{case}: wanted all cases of its patient in one part, found them in "
        f"{' and '.join(sorted(found[patient]))}"
      )


def add_cases(
  frozen: Frozen,
  patients: Mapping[str, str | None],
  cases: Sequence[str],
) -> Frozen:
  """The same parts with cases that came later: with their patient, or pool.

  Args:
    frozen: as it was.
    patients: of each case, old and new.
    cases: new ones, distinct.

  Raises:
    ValueError: for a case that is there already, or without a patient entry.
  """
  old = part_of_case(frozen)
  for case in cases:
    if case in old or case not in patients:
      found = "one that is there" if case in old else "none in patients"
      raise ValueError(
        f"{case}: wanted a new case with its patient, found {found}"
      )
  every = [*old, *cases]
  people = _patients(every, [patients.get(case) for case in every])
  of_patient = {people[case]: part for case, part in old.items()}
  new = {case: of_patient.get(people[case], "pool") for case in cases}
  return _by_part(old | new, frozen.notes)


def part_of_case(frozen: Frozen) -> dict[str, str]:
  """ "pool", "val" or "test" of each case."""
  return {case: part for part in PARTS for case in getattr(frozen, part)}


def digest(frozen: Frozen) -> str:
  """sha256 of the frozen cases, which a version and the gate name."""
  kept = {"val": sorted(frozen.val), "test": sorted(frozen.test)}
  return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def refuse_leak(
  frozen: Frozen,
  training: Sequence[str],
  patients: Mapping[str, str | None] | None = None,
) -> None:
  """Refuses a training case that is frozen, or whose patient is.

  Args:
    frozen: the parts.
    training: cases a fit reads.
    patients: of each case, where known.

  Raises:
    ValueError: one line with the first such case.
  """
  part, patients = part_of_case(frozen), patients or {}
  every = sorted({*part, *training})
  people = _patients(every, [patients.get(case) for case in every])
  held = {people[case]: part[case] for case in (*frozen.val, *frozen.test)}
  for case in training:
    if people[case] in held:
      where = held[people[case]]
      raise ValueError(
        f"{case}: wanted a case to train on, found one of a patient of the "
        f"{where} part, which is frozen: leave it out"
      )


def _patients(cases, patients):
  """The patient of each case; refuses cases that are there twice."""
  if len(set(cases)) != len(cases):
    twice = next(c for c in cases if list(cases).count(c) > 1)
    raise ValueError(f"cases: wanted distinct names, found {twice!r} twice")
  if not cases:
    raise ValueError("cases: wanted at least one, found none")
  names = [None] * len(cases) if patients is None else patients
  if len(names) != len(cases):
    raise ValueError(f"wanted {len(cases)} patients, found {len(names)}")
  return dict(zip(cases, apart(names, cases), strict=True))


def _strata(cases, people, strata):
  """The stratum of each patient."""
  kinds = [""] * len(cases) if strata is None else [str(s) for s in strata]
  if len(kinds) != len(cases):
    raise ValueError(f"wanted {len(cases)} strata, found {len(kinds)}")
  found = defaultdict(set)
  for case, kind in zip(cases, kinds, strict=True):
    found[people[case]].add(kind)
  return {patient: "+".join(sorted(kind)) for patient, kind in found.items()}


def _lacks(kinds, part):
  """A line for each stratum that a part has no patient of."""
  used = [p for p in PARTS if p in set(part.values())]
  return tuple(
    f"no patient of the stratum {kind} in the {name} part"
    for kind in sorted(set(kinds.values()) - {""})
    for name in used
    if not any(kinds[p] == kind and part[p] == name for p in kinds)
  )


def _by_part(parts, notes):
  cases = {name: [] for name in PARTS}
  for case in sorted(parts):
    cases[parts[case]].append(case)
  return Frozen(*(tuple(cases[name]) for name in PARTS), notes)
