"""A project out of a folder of images."""

import os
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import alx
from alx.data.dataset import DataError, bad_input, no_progress
from alx.data.dicom.deidentify import codes_of
from alx.data.files import visible, write_bytes
from alx.projects.cases import dicom, naming, reasons
from alx.projects.cases.copied import copy
from alx.projects.cases.found import PICTURE, find_images
from alx.projects.cases.given import find_given
from alx.projects.cases.targets import encode_label, grid_of
from alx.projects.exchange import label_map
from alx.projects.exchange.ingest import Target, ingest
from alx.projects.models.frozen import freeze
from alx.projects.store import log
from alx.projects.store.blobs import digest, put
from alx.projects.store.project import Project, open_project
from alx.projects.store.state import TEST, VALIDATION, Case
from alx.projects.work.settings import GIVEN, Settings, check, check_floors
from alx.runs.disk import owned
from alx.runs.disk.claim import FOLDER, Claim

_BEGUN = ".begun"  # a folder that an `init` was killed in
_PATTERNS = ("group_pattern", "stratum_pattern")
_LEAST = 10  # patients, from which on some are frozen


class Begun(NamedTuple):
  """What was made."""

  project: Project
  notes: tuple[str, ...]
  left_out: tuple[str, ...]  # with the names of the files
  key: pathlib.Path  # who is who
  labelled: int
  dicom_key: pathlib.Path | None = None  # of the UIDs of DICOM series


def begin(
  folder: str | os.PathLike,
  settings: Settings,
  progress: Callable = no_progress,
) -> Begun:
  """Makes the folder of a project; a kill leaves none, or a whole one.

  Args:
    folder: new, or empty, or where the same command was killed.
    settings: what it is of.
    progress: around the images.

  Raises:
    DataError: a folder with other things, no images, no classes.
    Held: another process works there.
  """
  folder = pathlib.Path(folder).expanduser().absolute()
  data = pathlib.Path(settings.data).expanduser().absolute()
  _check_place(folder, data)
  check(settings)
  segments = _segments(settings)
  labels = label_map.make(settings.classes, background=segments)
  door = dicom.door_of(folder, settings.dicom_key, settings.retain)
  images = find_images(data, segments, settings.where, door)
  _check_dicom(settings, images, door)
  if not segments and images.kind != PICTURE:
    wanted = "pictures for classes of whole images, or background,... for maps"
    raise bad_input(data, wanted, "volumes")
  given = find_given(
    *(data, settings.labels, images, labels.names, segments, settings.where)
  )
  uids = naming.uids([f.id for f in images.found], settings.keep_names)
  patients = naming.patients_of(
    [f.id for f in images.found],
    [f.patient for f in images.found],
    settings.group_pattern,
  )
  strata = naming.strata_of(
    [f.id for f in images.found], settings.stratum_pattern
  )
  check_floors(settings, labels.names[1:] if segments else ("right",), strata)
  with owned.owning(folder, Claim(folder / FOLDER, "project")):
    write_bytes(folder / _BEGUN, b"")
    of_images = uids, patients, strata, progress
    news, lines, kept = copy(folder, images, *of_images)
    for file, why in images.left_out:
      lines.append(f"{file}: {why}")
      reason = reasons.of_text(why, reasons.names_in([file]))
      news.append(("quarantined", {"item": None, "reason": reason}))
    if not kept:
      raise DataError(lines[0])
    answers, more = _answers(
      folder, news, images, kept, uids, given, labels, door
    )
    settings_about = _about(settings, labels, segments, images)
    frozen, told = _freeze(news, settings)
    key = naming.write_key(
      folder,
      [
        {
          "uid": uids[i],
          "name": images.found[i].id,
          "patient": patients[i],
          "file": images.found[i].file,
        }
        for i in kept
      ],
    )
    log.begin(folder, [("created", settings_about), *news, *frozen, *answers])
    (folder / _BEGUN).unlink()
  notes = (*images.notes, *given.notes, *more, *told)
  secret = dicom.key_of(folder, settings.dicom_key) if images.series else None
  project = open_project(folder)
  return Begun(project, notes, tuple(lines), key, len(answers), secret)


def _check_place(folder, data):
  if data == folder or folder in data.parents:
    raise bad_input(folder, "a folder outside of the data", data)
  if (folder / log.LOG).exists():
    raise bad_input(folder, "a new folder", "a project (alx project status)")
  if folder.exists() and not folder.is_dir():
    raise bad_input(folder, "a folder for the project", "a file")
  if (folder / _BEGUN).exists():
    return
  names = [p.name for p in visible(folder)] if folder.is_dir() else []
  if set(names) - {FOLDER}:
    raise bad_input(folder, "a new or empty folder", ", ".join(names[:4]))
  key = naming.key_file(folder)
  if os.path.lexists(key):
    wanted = "no names of another project (move them, or call this one else)"
    raise bad_input(key, wanted, "a file")


def _check_dicom(settings, images, door):
  """Refuses settings that say nothing, and a key that is none."""
  for flag in ("retain", "dicom_key"):
    if getattr(settings, flag) and not images.series:
      wanted = f"DICOM series to use --{flag} on"
      raise bad_input(settings.data, wanted, "another kind")

  names = {uid for uid, name in images.series.items() if uid == name}
  if settings.keep_names and names:
    wanted = "folders with one series each, to name cases by"
    raise bad_input("--keep_names", wanted, f"{len(names)} series without one")
  if images.series:
    door()


def _segments(settings):
  """Whether the labels are maps: as told, or because of a background."""
  if settings.task not in ("", "segmentation", "classification"):
    wanted = "segmentation or classification"
    raise bad_input("--task", wanted, settings.task)
  if settings.task:
    return settings.task == "segmentation"
  names = {name.strip().casefold() for name in settings.classes}
  return bool(names & set(label_map.BACKGROUNDS))


def _about(settings, labels, segments, images):
  told = settings._asdict()
  hidden = ("data", "labels", "classes", "keep_names", "dicom_key")
  for name in (*hidden, *_PATTERNS):
    del told[name]  # paths and patterns may name somebody
  if images.series:
    codes = codes_of(settings.retain)
    told["deidentified"] = [code for code, _ in codes]
  return told | {
    "schema": 1,
    "alx": alx.__version__,
    "task": "segmentation" if segments else "classification",
    "kind": images.kind,
    "classes": list(labels.names),
    "label_map_sha256": labels.sha256,
  }


def _freeze(news, settings):
  """(events of validation and test cases, whole patients, lines about them)."""
  cases = [about for kind, about in news if kind == "case_added"]
  patients = {a["patient"] or a["case"] for a in cases}
  if len(patients) < _LEAST:
    return [], ()
  parts = freeze(
    settings.seed,
    [a["case"] for a in cases],
    [a["patient"] or None for a in cases],
    [a.get("stratum", "") for a in cases],
    val=settings.validation,
    test=settings.test,
  )
  frozen = {VALIDATION: list(parts.val), TEST: list(parts.test)}
  events = [("frozen", frozen)] if any(frozen.values()) else []
  return events, parts.notes


def _answers(folder, news, images, kept, uids, given, labels, door):
  """(events, lines) of the labels that were there."""
  answers, lines = [], []
  by_uid = {a["case"]: a for kind, a in news if kind == "case_added"}
  for place in kept:
    name, uid = images.found[place].id, uids[place]
    if name in given.classes:
      label, sha256, flags = given.classes[name], "", ()
    elif name in given.maps:
      case = Case(uid, by_uid[uid])
      result = ingest(
        given.maps[name],
        Target(
          uid,
          grid_of(case),
          labels.names,
          source=dicom.source_in(folder, case, lambda: door().uid),
        ),
        {"nothing_to_label": True},
      )
      if result.label is None:
        lines.append(f"label of {name}: left out, {result.problem}")
        continue
      sha256, flags = digest(given.maps[name]), result.flags
      label = put(folder, encode_label(result.label, grid_of(case)))
    else:
      continue
    about = {
      **{"case": uid, "reader": GIVEN, "round": 0, "label": label},
      **{"file_sha256": sha256, "decision": "scratch", "source": GIVEN},
      **{"flags": list(flags), "model": 0},
    }
    answers.append(("submitted", about))
  return answers, lines
