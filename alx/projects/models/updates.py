"""On what a new version is fitted, and from which parameters it starts."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alx.projects.draws import draw

MODES = ("scratch", "warm", "finetune_new", "finetune_replay")


@dataclasses.dataclass(frozen=True)
class Update:
  """How a version is made of the one that serves.

  Attributes:
    mode: "scratch": all labels, new parameters; "warm": all labels, from those
      that serve; "finetune_new": labels that those have not seen, from them;
      "finetune_replay": these and a draw of the ones they have.
    replay: labels drawn for each new one, > 0; only for "finetune_replay".
  """

  mode: str = "scratch"
  replay: float | None = None

  def __post_init__(self):
    """Raises ValueError for another mode, or a replay that does nothing."""
    if self.mode not in MODES:
      wanted = ", ".join(MODES)
      raise ValueError(f"update: wanted one of {wanted}, found {self.mode!r}")
    replays = self.mode == "finetune_replay"
    if replays and not (self.replay is not None and self.replay > 0):
      raise ValueError(
        f"update: finetune_replay wants replay > 0, found {self.replay!r}"
      )
    if not replays and self.replay is not None:
      raise ValueError(
        f"update: replay means nothing to {self.mode}: leave it out"
      )


class Plan(NamedTuple):
  """What one fit reads; it is kept in the version."""

  mode: str
  start: str  # id of the version whose parameters it starts from; "": new ones
  items: tuple[str, ...]  # all it is fitted on, in the order of their names
  replayed: tuple[str, ...]  # of these, those that `start` has seen

  def record(self) -> dict[str, Any]:
    """For `Version.update`."""
    return self._asdict()


def plan_update(
  seed: int,
  update: Update,
  labelled: Sequence[str],
  seen: Sequence[str] = (),
  start: str = "",
  domains: Mapping[str, str] | None = None,
) -> Plan:
  """The items of a fit and its start.

  Args:
    seed: of the draw of what is replayed.
    update: the mode.
    labelled: all labels there are; a label that was corrected has a new name
      and is new.
    seen: those that the version which serves was fitted on.
    start: its id; "": none serves, then every mode is "scratch".
    domains: of each label, such as hospital or round: each is replayed by its
      share.

  Raises:
    ValueError: without a label, or without a new one to fine-tune on.
  """
  every = sorted(set(labelled))
  if not every:
    raise ValueError("fit: wanted labels, found none: import some")
  if not start or update.mode == "scratch":
    return Plan("scratch", "", tuple(every), ())
  old = [x for x in every if x in set(seen)]
  if update.mode == "warm":
    return Plan("warm", start, tuple(every), tuple(old))
  new = [x for x in every if x not in set(seen)]
  if not new:
    raise ValueError(
      f"fit: {update.mode} wants labels that the model has not seen, found "
      f"none among {len(every)}"
    )
  replayed = _replay(seed, update, old, len(new), domains or {})
  return Plan(update.mode, start, tuple(sorted([*new, *replayed])), replayed)


def _replay(seed, update, old, num_new, domains):
  if update.mode != "finetune_replay":
    return ()
  count = min(len(old), max(1, round(update.replay * num_new)))
  strata = {item: domains.get(item, "") for item in old}
  return tuple(sorted(draw(seed, "replay", strata, count)))
