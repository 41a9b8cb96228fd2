"""A project that is open: its folder, its state, and how events are added."""

import contextlib
import pathlib
from collections.abc import Iterator, Mapping

from alx.projects.store import blobs, log
from alx.projects.store.state import State, reduce, replay
from alx.runs.disk import owned
from alx.runs.disk.claim import FOLDER, Claim

IMAGES, ROUNDS, MODELS = "images", "rounds", "models"
WHOLE = "whole"  # a label is of a case, not of slices or boxes
FITS = "fit"  # what a process claims that makes versions or rounds


class Project:
  """The folder of a project and what its log says.

  Attributes:
    folder: of the project.
    state: after the last event.
    dicom_key: file of the key of DICOM UIDs; None: beside the project.
  """

  def __init__(self, folder: pathlib.Path, state: State, check=None):
    """Use `open_project` or `working`."""
    self.folder, self.state, self._check = folder, state, check
    self.dicom_key: pathlib.Path | None = None

  @property
  def settings(self) -> Mapping:
    """What the project was begun with."""
    return self.state.settings

  @property
  def class_names(self) -> tuple[str, ...]:
    """C of them; background first in a segmentation."""
    return tuple(self.settings["classes"])

  @property
  def segments(self) -> bool:
    """Whether labels are maps."""
    return self.settings["task"] == "segmentation"

  @property
  def by_units(self) -> bool:
    """Whether slices or boxes are asked for, once a version serves."""
    return self.settings.get("unit", WHOLE) != WHOLE

  def add(self, *news: tuple[str, Mapping]) -> None:
    """Appends (kind, about) to the log; they are on disk when it returns.

    Raises:
      ValueError: the project was opened to read.
      Held: another process has taken over.
      OSError: a full disk; nothing was added.
    """
    if self._check is None:
      raise ValueError("wanted a project of `working` to add events to")
    self._check()
    for event in log.append(self.folder, self.state.last, news):
      self.state = reduce(self.state, event)

  def put(self, content: bytes) -> str:
    """Keeps a blob; its SHA-256."""
    return blobs.put(self.folder, content)

  def get(self, sha256: str) -> bytes:
    """The bytes of a blob."""
    return blobs.get(self.folder, sha256)


def open_project(folder: str | pathlib.Path) -> Project:
  """A project to look at; nothing is written.

  Raises:
    DataError: no project, or a log that is not as it was written.
  """
  folder = pathlib.Path(folder).expanduser().absolute()
  return Project(folder, replay(log.read(folder)[0]))


@contextlib.contextmanager
def working(folder: str | pathlib.Path) -> Iterator[Project]:
  """A project that this process alone writes to, mended after a kill.

  Raises:
    DataError: as `open_project`.
    Held: another process writes there.
  """
  folder = pathlib.Path(folder).expanduser().absolute()
  log.want(folder)  # before anything is claimed there
  claim = Claim(folder / FOLDER, "project")
  with owned.owning(folder, claim) as check:
    events, torn = log.read(folder)
    log.mend(folder, torn)
    log.note_head(folder, events[-1])
    _sweep(folder)
    yield Project(folder, replay(events), check)


def _sweep(folder):
  """Nothing is half-written while nobody writes; a fit may be at it."""
  fits = Claim(folder / FOLDER, FITS)
  if fits.take():
    blobs.sweep(folder)
    fits.give_up()


@contextlib.contextmanager
def fitting(folder: str | pathlib.Path) -> Iterator[None]:
  """This process alone makes versions and rounds; others may take answers.

  Raises:
    Held: another process does.
  """
  folder = pathlib.Path(folder).expanduser().absolute()
  with owned.owning(folder, Claim(folder / FOLDER, FITS)):
    yield
