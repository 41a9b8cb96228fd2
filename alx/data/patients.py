"""The patient of each item, as readers find it in files."""

from collections.abc import Sequence

from alx.groups import is_unknown


def apart(names: Sequence, ids: Sequence[str]) -> tuple[str, ...]:
  """N names without blanks around; an unknown patient's is no other item's.

  Args:
    names: N patients; see `alx.groups.is_unknown` for the unknown.
    ids: N, of the items.
  """
  return tuple(
    f"unknown ({item})" if is_unknown(name) else str(name).strip()
    for name, item in zip(names, ids, strict=True)
  )


def name_patients(
  file: object, names: Sequence[str], ids: Sequence[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
  """(groups, notes): one name for each patient; no groups if none is known.

  Args:
    file: what the notes name.
    names: N patients as the file has them.
    ids: N, of the items.
  """
  unknown = [name for name in names if is_unknown(name)]
  groups, notes = apart(names, ids), []
  if unknown:
    found = ", ".join(sorted({repr(name) for name in unknown})[:5])
    notes.append(
      f"{file}: the patient of {len(unknown)} of {len(groups)} items is not "
      f"known ({found}); each of these counts as a patient of its own"
    )
  if groups.count("-1") > 1:
    notes.append(
      f"{file}: {groups.count('-1')} items of patient -1 count as one patient; "
      "if it stands for unknown, write nan"
    )
  return groups if len(unknown) < len(groups) else None, tuple(notes)
