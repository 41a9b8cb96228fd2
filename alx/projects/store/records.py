"""What a project knows of one thing: a case, a task, an answer, a version."""

from collections.abc import Mapping
from typing import Any, NamedTuple

TRAIN, VALIDATION, TEST = "train", "validation", "test"  # parts of the cases


class Case(NamedTuple):
  """One image."""

  uid: str
  about: Mapping[str, Any]  # shape, affine, spacing, sha256, ...
  patient: str = ""  # a pseudonym; "": not known
  part: str = TRAIN  # or VALIDATION, TEST: frozen, never trained on

  @property
  def group(self) -> str:
    """Its patient; the case by itself where that is not known."""
    return self.patient or self.uid


class Draft(NamedTuple):
  """What a model said of a case before a reader saw it."""

  sha256: str  # of the blob, of a segmentation
  model: int  # version
  label: int | None = None  # of a classification
  summary: Mapping[str, Any] = {}  # of the uncertainty


class Task(NamedTuple):
  """A case that a reader was asked for."""

  uid: str
  reader: str
  round: int
  rank: int
  reason: str
  arm: str = "draft"  # or "blind": the draft is withheld
  draft: Draft | None = None
  repeat: bool = False  # asked again, to know how far readers agree
  alias: str = ""  # what the reader knows a repeat by
  units: tuple = ()  # boxes (start, stop) of its voxels; (): all of it
  at: float = 0.0  # seconds since 1970: when he was asked, or asked again

  @property
  def name(self) -> str:
    """What the reader calls it: a repeat looks like another case."""
    return self.alias or self.uid

  @property
  def shown(self) -> Draft | None:
    """The draft, if the reader may see what the model says."""
    return self.draft if self.arm == "draft" else None


class Submission(NamedTuple):
  """One answer of a reader; never overwritten."""

  uid: str
  reader: str
  revision: int  # 1, 2, ... of the case and reader
  round: int
  sha256: str  # of the bytes that came
  label: str | int  # sha256 of the label map, or a class
  decision: str  # accept, edit, redraw
  about: Mapping[str, Any]  # draft, changed voxels, fixes, flags, times
  number: int  # of the event

  @property
  def repeat(self) -> bool:
    """Whether it is the second answer to a hidden repeat: no case's label."""
    return bool(self.about.get("repeat"))

  @property
  def of_units(self) -> bool:
    """Whether units were asked for; it holds the answers before it, too."""
    return bool(self.about.get("units"))


class Round(NamedTuple):
  """One worklist."""

  number: int
  model: int  # version of the drafts; 0: none
  method: str
  tasks: tuple[Task, ...]
  about: Mapping[str, Any]


class Model(NamedTuple):
  """One version; its files are never changed."""

  version: int
  about: Mapping[str, Any]
  state: str = "made"  # held, promoted
