"""What a project is begun with, checked."""

from collections.abc import Sequence
from typing import NamedTuple

from alx.data.dataset import DataError, bad_input
from alx.data.dicom.deidentify import check_retain
from alx.projects.cases.given import AUTO
from alx.projects.exchange.params import ID
from alx.projects.models.rule_texts import (
  parse_rules,
  parse_update,
  parse_weights,
)
from alx.projects.people.settle import WAYS
from alx.projects.store.project import WHOLE
from alx.runs.problem.problem import want_evidence
from alx.runs.settings.config import Config, override
from alx.units.spec import parse_unit

SENIOR_ABOVE = 0.3  # how far readers may differ without a senior
GIVEN = "given"  # the reader of labels that were there
_SETTINGS = {  # of a run that say something here
  *("recipe", "model", "widths", "dropout", "up_convolutions", "skips"),
  *(
    "down_convolutions",
    "flip_axes",
    "norm",
    "deep_supervision",
    "patch",
    "steps",
    "batch",
    "optimizer",
  ),
  *("learning_rate", "schedule", "tolerance", "ema", "weight_decay"),
  *("coupled_decay", "clip", "dice", "ensemble", "members", "class_aware"),
  *("flips", "flips_by_labels", "turns", "intensity", "rotation", "scaling"),
  *("shift", "tilt", "gamma", "overlap", "samples", "block", "image_size"),
  *("coarsen", "spacing_from", "greedy_seeding"),
}


class Settings(NamedTuple):
  """What a project is begun with."""

  data: str
  classes: tuple[str, ...]
  task: str = ""  # "": by the data and the classes
  labels: str = AUTO
  readers: tuple[str, ...] = ("reader1",)
  query: int = 5  # cases a round
  acquisition: str = ""  # "": by rule
  validation: float = 0.2  # share of the patients
  test: float = 0.0
  blind: float = 0.0  # share of the cases whose draft is withheld
  group_pattern: str = ""
  stratum_pattern: str = ""
  keep_names: bool = False
  where: str = ""
  set: tuple[str, ...] = ()  # of a run: "steps=300"
  gate: tuple[str, ...] = ()  # of a new version: "margin=0.03"
  weights: tuple[str, ...] = ()  # of labels by source: "accepted=0.5"
  update: str = "scratch"  # or warm, finetune_new, finetune_replay:1
  seed: int = 0
  retain: tuple[str, ...] = ()  # of DICOM: patient, device, uids, pixels
  dicom_key: str = ""  # file of the key of UIDs; "": beside the project
  readers_per_case: int = 1
  repeats: float = 0.0  # share of a reader's cases that are given twice
  seniors: tuple[str, ...] = ()  # of the readers: asked where others differ
  senior_above: float | None = None  # 1 - Dice; None: SENIOR_ABOVE
  settle: str = WAYS[0]  # how one label is made of several
  lease_days: float = 0.0  # after which others may take a case; 0: never
  unit: str = WHOLE  # or slices, boxes, see alx.units.spec: what is asked for


def check(settings: Settings) -> None:
  """Raises DataError for settings that make no sense, or do nothing here."""
  for name in settings.readers:
    if not ID.fullmatch(name) or name.casefold() == GIVEN:
      wanted = f"names of letters, digits, . _ - and not {GIVEN}"
      raise bad_input("--readers", wanted, repr(name))
  if len({n.casefold() for n in settings.readers}) < len(settings.readers):
    raise bad_input("--readers", "different names", list(settings.readers))
  _check_people(settings)
  for name in ("validation", "test", "blind"):
    if not 0 <= getattr(settings, name) <= (1 if name == "blind" else 0.9):
      found = getattr(settings, name)
      raise bad_input(f"--{name}", "a share from 0 to 0.9", found)
  for text in settings.set:
    name = text.partition("=")[0].strip()
    if name not in _SETTINGS and name in Config.__dataclass_fields__:
      known = ", ".join(sorted(_SETTINGS))
      raise bad_input("--set", f"one of {known}", name)
  try:
    check_retain(settings.retain)
    parse_rules(settings.gate)
    parse_weights(settings.weights)
    parse_update(settings.update)
    override(Config(), settings.set)
    names = settings.acquisition and (settings.acquisition,)
    Config(acquisition=names or ("random",))
  except ValueError as error:
    raise DataError(str(error)) from error
  if names:
    refuse_evidence("--acquisition", settings.acquisition)


def _check_people(settings):
  """Who reads how often, and what is made of it."""
  unknown = set(settings.seniors) - set(settings.readers)
  if unknown:
    known = ", ".join(settings.readers)
    raise bad_input("--seniors", f"some of {known}", ", ".join(sorted(unknown)))
  first = len(settings.readers) - len(settings.seniors)
  if not first:
    raise bad_input("--seniors", "a reader who is no senior", "none")
  if not 1 <= settings.readers_per_case <= first:
    wanted = f"1 to {first}, as many as are read by first"
    raise bad_input("--readers_per_case", wanted, settings.readers_per_case)
  if not 0 <= settings.repeats < 1:
    raise bad_input("--repeats", "a share in [0, 1)", settings.repeats)
  if settings.settle not in WAYS:
    raise bad_input("--settle", f"one of {', '.join(WAYS)}", settings.settle)
  if settings.settle == "senior" and not settings.seniors:
    raise bad_input("--settle=senior", "--seniors to name one", "none")
  _check_unit(settings)
  if not 0 <= settings.lease_days < float("inf"):
    raise bad_input("--lease_days", "days >= 0", settings.lease_days)
  if settings.senior_above is not None:
    _check_above(settings)


def _check_unit(settings):
  try:
    kind = parse_unit(settings.unit).kind
  except ValueError as error:
    raise DataError(f"--{error}") from error
  if kind == WHOLE:
    return
  if kind == "superpixels":
    wanted = "slices or boxes, which a reader can find in a viewer"
    raise bad_input("--unit", wanted, settings.unit)
  if settings.readers_per_case > 1 or settings.seniors or settings.repeats:
    wanted = "one reader of each case, no --seniors and no --repeats"
    raise bad_input(f"--unit={settings.unit}", wanted, "more readings")
  for text in settings.set:
    name = text.partition("=")[0].strip()
    if name in ("coarsen", "image_size"):
      wanted = f"images as they are, no --set={name}"
      raise bad_input(f"--unit={settings.unit}", wanted, text)


def _check_above(settings):
  if not settings.seniors or settings.readers_per_case < 2:
    wanted = "--seniors and --readers_per_case=2 or more, to see who differs"
    raise bad_input("--senior_above", wanted, "none")
  if not 0 <= settings.senior_above <= 1:
    raise bad_input("--senior_above", "1 - Dice", settings.senior_above)


def refuse_evidence(where: object, method: str) -> None:
  """Refuses what reads evidence: versions are not trained to give any.

  Args:
    where: the method was named.
    method: text of `alx.acquisition.grammar`.

  Raises:
    DataError: logits of a softmax would be taken for evidence.
  """
  if want_evidence([method]):
    wanted = "a method that reads no evidence, which no version here gives"
    remedy = "entropy and bald read its probabilities"
    raise bad_input(where, wanted, f"{method}: {remedy}")


def check_floors(
  settings: Settings, names: Sequence[str], strata: Sequence[str]
) -> None:
  """Refuses floors of the gate of classes or strata that are not there.

  Args:
    settings: with the gate.
    names: of what is scored.
    strata: of the cases.

  Raises:
    DataError: before anything is labelled, not when the gate is asked.
  """
  for floor in parse_rules(settings.gate).floors:
    for name, there in ((floor.class_name, names), (floor.stratum, strata)):
      if name is not None and name not in there:
        known = ", ".join(sorted({*filter(None, there)})) or "none is known"
        raise bad_input("--gate", f"a floor of {known}", name)


def split_names(text: str | Sequence[str]) -> tuple[str, ...]:
  """The names between commas."""
  parts = text.split(",") if isinstance(text, str) else text
  return tuple(part.strip() for part in parts)
