"""Labelling with people, by files: a project is a folder, a round is a folder.

  alx project init DIR --data=FOLDER --classes=background,anterior,posterior
  alx project next DIR        asks: fits if there are labels, writes a round
    ... the reader works in DIR/rounds/round_001 as its README.txt tells ...
  alx project import DIR      takes what readers wrote, tells of every file
  alx project status DIR      where it stands, and what to do next
    ... and again next, import, until it is enough ...
  alx project export DIR --out=FOLDER     labels (nnU-Net, MSD, SEG, classes)

  alx project open DIR CASE   a case in a viewer (ITK-SNAP), with the time
  alx project fit DIR         a version of the model; the one that serves stays
  alx project promote DIR     judges the newest version; rollback DIR goes back
  alx project review DIR CASE --reader=NAME   whose label counts in a conflict
  alx project settle DIR      one label where readers differ, by a vote
  alx project reopen DIR CASE   asks again for a skipped or decided case
  alx project report DIR      two pages, for you and for an audit
  alx project verify DIR      is the log as it was written?

--data is NIfTI volumes, DICOM series, pictures, or an .npz, with labels or
without. Volumes,
or classes that begin with background, are label maps; other classes are of
whole pictures, and are written into a table. The first round needs no label.
Images are copied into the project without what may name a patient. Nothing a
reader writes is ever edited, moved or deleted.
"""

from collections.abc import Callable
from typing import NamedTuple

from absl import flags

from alx.commands import command
from alx.commands.projects import begin, rounds, versions
from alx.commands.projects import flags as own

own.define()


class _Verb(NamedTuple):
  run: Callable
  flags: tuple[str, ...] = ()
  words: int = 1


def main(argv: list[str]) -> None:
  """Does what the first word says; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      verb, words = _verb_of(argv)
    verb.run(console, *words)


def _verb_of(argv):
  names = ", ".join(_VERBS)
  if len(argv) < 2 or argv[1] not in _VERBS:
    found = repr(argv[1]) if len(argv) > 1 else "none"
    raise ValueError(f"wanted a word of {names}; found {found} (--help)")
  name, verb = argv[1], _VERBS[argv[1]]
  for flag in dict.fromkeys(f for v in _VERBS.values() for f in v.flags):
    if flags.FLAGS[flag].present and flag not in verb.flags:
      known = ", ".join(f"--{f}" for f in verb.flags) or "none"
      raise ValueError(f"{name} has no --{flag}; it has {known}")
  words = argv[2:]
  if len(words) != verb.words:
    wanted = "DIR CASE" if verb.words == 2 else "DIR"
    raise ValueError(
      f"wanted alx project {name} {wanted}, found {len(words)} words"
    )
  return verb, words


_VERBS = {
  "init": _Verb(
    begin.init,
    (
      *("data", "classes", "task", "labels", "readers", "group_pattern"),
      *("keep_names", "validation", "test", "blind", "where", "set", "seed"),
      *("stratum_pattern", "query", "acquisition", "gate", "weights", "update"),
      *("retain", "dicom_key"),
      *("readers_per_case", "repeats", "seniors", "senior_above", "settle"),
      *("lease_days", "unit"),
    ),
  ),
  "next": _Verb(
    rounds.ask, ("query", "acquisition", "more", "test", "scratch")
  ),
  "import": _Verb(rounds.take, ("round", "survey", "dicom_key")),
  "settle": _Verb(rounds.settle, ("way",)),
  "status": _Verb(rounds.status),
  "fit": _Verb(versions.fit),
  "promote": _Verb(versions.promote, ("version", "approver")),
  "rollback": _Verb(versions.roll_back, ("to", "reason")),
  "review": _Verb(rounds.review, ("reader", "reason"), 2),
  "reopen": _Verb(rounds.reopen, ("reason",), 2),
  "report": _Verb(versions.report, versions.PRICES),
  "verify": _Verb(versions.verify, ("head",)),
  "export": _Verb(rounds.export, ("out", "format", "source", "dicom_key")),
  "open": _Verb(rounds.view, ("reader", "viewer"), 2),
}


if __name__ == "__main__":
  command.start(main)
