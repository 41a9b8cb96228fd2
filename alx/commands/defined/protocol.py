"""Flags for what is asked most: how many labels, of which patients."""

from collections.abc import Iterable, Mapping
from typing import Any

from absl import flags

from alx.runs.settings import idle
from alx.runs.settings.config import Config, absolute, override

flags.disclaim_key_flags()  # those defined here are the callers' own


def define() -> dict[str, flags.FlagHolder]:
  """The flags by the field of `Config` that each is for; None: not given."""
  return {
    "rounds": flags.DEFINE_integer(
      "rounds", None, "Rounds after the starting set.", 0
    ),
    "query": flags.DEFINE_integer("query", None, "Labels per round.", 1),
    "start": flags.DEFINE_integer(
      "start", None, "Labels of the starting set.", 1
    ),
    "start_with": flags.DEFINE_string(
      "start_with",
      None,
      "How the starting set is chosen: random (default), typiclust, "
      "facility_location, k_means or another method of features alone, of "
      "slices also uniform (every n-th); labelled, what the label maps hold "
      "already; or by the labels themselves: "
      "stratified (in the shares of the classes) or balanced (as many of "
      "each), which nobody can do before labelling.",
    ),
    "start_features": flags.DEFINE_string(
      "start_features",
      None,
      "Features for --start_with: pca, autoencoder or simclr of the pool's "
      "images, or an .npy or .npz [N, D]. Default: --features, or pca.",
    ),
    "group_pattern": flags.DEFINE_string(
      "group",
      None,
      "A regular expression whose one group, in brackets, is the patient in an "
      "id: '^(.*)_' for patient7_left. With ^ in front it need not match the "
      "rest of the id. For data that do not say it themselves.",
    ),
  }


def define_columns() -> flags.FlagHolder:
  """--columns."""
  return flags.DEFINE_string(
    "columns",
    None,
    "Columns of the CSV beside pictures: picture, patient and class, such as "
    "image_id,lesion_id,dx, or image_id,,dx without patients. Classes may be "
    "words.",
  )


def changed(
  config: Config,
  holders: Mapping[str, flags.FlagHolder],
  values: Mapping[str, Any],
  assignments: Iterable[str],
) -> Config:
  """The settings with flags, then --set; paths from the root on.

  What only a preset says and does nothing beside them is left out.

  Args:
    config: what is changed.
    holders: flags by field, as they are.
    values: what other flags say, by field; None: nothing.
    assignments: of --set.

  Raises:
    ValueError: if a flag and --set tell the same field.
  """
  told = {field: flag.name for field, flag in holders.items()}
  given = {field: flag.value for field, flag in holders.items()} | {**values}
  given = {field: value for field, value in given.items() if value is not None}
  told = {field: told.get(field, field) for field in given}
  config = override(config, assignments, told, given)
  named = {text.partition("=")[0].strip() for text in assignments}
  return absolute(idle.give_way(config, named | {*given}))
