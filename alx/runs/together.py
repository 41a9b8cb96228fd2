"""Which seeds go together, and which by themselves."""

import re
from collections.abc import Sequence

from alx.acquisition.grammar import folder_of
from alx.runs.disk import names
from alx.runs.problem.job import Job

_FOLDER = re.compile(r"(?P<name>.+)-seeds(?P<first>\d+)-(?P<last>\d+)")


def plan(job: Job, seeds: Sequence[int]) -> tuple[list[range], list[int]]:
  """Which seeds go together, and which by themselves.

  Batches that were begun go on as they are, since rounding depends on the
  company; so do seeds that were begun alone.

  Args:
    job: of any seed.
    seeds: R of them, ascending.

  Returns:
    (batches, seeds by themselves).
  """
  root = job.folder.parent.parent
  found = [_FOLDER.fullmatch(p.name) for p in (root / "batches").glob("*")]
  begun = [
    range(int(m["first"]), int(m["last"]) + 1)
    for m in found
    if m and m["name"] == folder_of(job.name)
  ]
  batches = sorted(
    (b for b in begun if set(b) & set(seeds)), key=lambda b: b.start
  )
  alone = [
    seed
    for seed in seeds
    if (names.run_folder(root, job.name, seed) / "checkpoints").exists()
  ]
  left = set(seeds).difference(alone, *batches)
  return batches + stretches(sorted(left)), alone


def stretches(numbers: Sequence[int]) -> list[range]:
  """Ascending numbers as ranges without gaps."""
  stretches = []
  for number in numbers:
    if stretches and stretches[-1].stop == number:
      stretches[-1] = range(stretches[-1].start, number + 1)
    else:
      stretches.append(range(number, number + 1))
  return stretches
