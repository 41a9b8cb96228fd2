"""The flags of `alx project`; each says of which words it is."""

from absl import flags

from alx.projects.answers import view
from alx.projects.people.settle import WAYS
from alx.projects.work.export import FORMATS

flags.disclaim_key_flags()  # those defined here are the caller's own


def define() -> None:
  """All of them."""
  flags.DEFINE_string("data", None, "init: images, a folder or a file.")
  flags.DEFINE_string(
    "classes", None, "init: names in order, background first for label maps."
  )
  flags.DEFINE_enum(
    "task", None, ["segmentation", "classification"], "init: by --classes."
  )
  flags.DEFINE_string(
    "labels",
    None,
    "init: labels that are there: auto, none, a folder or a CSV; default auto.",
  )
  flags.DEFINE_string(
    "readers", None, "init: names of the readers; default reader1."
  )
  flags.DEFINE_integer(
    "readers_per_case", None, "init: how many read each case; 1.", 1
  )
  flags.DEFINE_float(
    "repeats", None, "init: share that a reader is given twice, hidden; 0.", 0
  )
  flags.DEFINE_list(
    "seniors", None, "init: of the readers those asked where others differ."
  )
  flags.DEFINE_float(
    "senior_above", None, "init: 1 - Dice of readers for that; 0.3.", 0, 1
  )
  flags.DEFINE_enum(
    "settle", None, list(WAYS), "init: one label of several; majority."
  )
  flags.DEFINE_float(
    "lease_days", None, "init: after these others may take a case; never.", 0
  )
  flags.DEFINE_string(
    "unit", None, "init: asked once a model serves: slices:axial, boxes:16."
  )
  flags.DEFINE_enum("way", None, list(WAYS), "settle: as the project says.")
  flags.DEFINE_string(
    "survey", None, "import: a CSV of answers about the work (Likert, SUS)."
  )
  flags.DEFINE_string(
    "group_pattern", None, r"init: the patient in a name, (patient\d+)_.*"
  )
  flags.DEFINE_string(
    "stratum_pattern", None, r"init: the group in a name, (site[AB])_.*; shown."
  )
  flags.DEFINE_bool(
    "keep_names", False, "init: cases keep the names of their files."
  )
  flags.DEFINE_float(
    "validation",
    None,
    "init: share of patients frozen to judge models; 0.2.",
    0,
  )
  flags.DEFINE_string(
    "test", None, "init: share frozen for the end; next: ask for those."
  )
  flags.DEFINE_float(
    "blind", None, "init: share of cases without their draft; 0.", 0, 1
  )
  flags.DEFINE_list(
    "retain",
    None,
    "init: of DICOM: patient (sex, age, size, weight), device, uids; pixels "
    "takes images that may show a name.",
  )
  flags.DEFINE_string(
    "dicom_key",
    None,
    "init, import, export: file of the key of DICOM UIDs; beside DIR.",
  )
  flags.DEFINE_string(
    "source",
    None,
    "export: the DICOM folder of init: --format=dicom-seg is then of its UIDs.",
  )
  flags.DEFINE_string("where", None, "init: of an .npz, frame=1.")
  flags.DEFINE_multi_string(
    "set", [], "init: field=value of the settings of a run, such as steps=300."
  )
  flags.DEFINE_multi_string(
    "gate",
    [],
    "init: what a version has to show to serve, margin=0.03, floor:CLASS=0.7, "
    "approval=human.",
  )
  flags.DEFINE_multi_string(
    "weights", [], "init: of labels by source in a fit, such as accepted=0.5."
  )
  flags.DEFINE_string(
    "update",
    None,
    "init: a version is fitted from scratch, warm, finetune_new or "
    "finetune_replay:1.",
  )
  flags.DEFINE_string(
    "approver", None, "promote: who says yes, NAME or NAME,ROLE (reviewer)."
  )
  flags.DEFINE_integer("seed", None, "init: of every draw; 0.", 0)
  flags.DEFINE_integer(
    "query", None, "init, next: cases a round asks for; 5.", 1
  )
  flags.DEFINE_string(
    "acquisition", None, "init, next: the method that asks; by rule."
  )
  flags.DEFINE_bool("more", False, "next: though answers are missing.")
  flags.DEFINE_bool("scratch", False, "next: without drafts.")
  flags.DEFINE_string(
    "round", None, "import: a round folder that came back from elsewhere."
  )
  flags.DEFINE_string("out", None, "export: a new folder.")
  flags.DEFINE_enum(
    "format",
    None,
    list(FORMATS),
    "export: of masks nnunet, msd or dicom-seg; of pictures classes.",
  )
  flags.DEFINE_string(
    "reader", None, "open, review: who reads, whose answer counts."
  )
  flags.DEFINE_string("viewer", None, f"open: a command; {view.VIEWER!r}.")
  flags.DEFINE_string("head", None, "verify: that a report has printed.")
  flags.DEFINE_integer("to", None, "rollback: a version; the one before.")
  flags.DEFINE_string("reason", None, "rollback, review, reopen: why.")
  flags.DEFINE_float(
    "reader_hour", None, "report: what an hour of a reader costs.", 0
  )
  flags.DEFINE_string("currency", None, "report: of the costs, EUR.")
  flags.DEFINE_integer("year", None, "report: whose money it is.", 1900)
  flags.DEFINE_float(
    "compute_hour", None, "report: what an hour of the machine costs; 0.", 0
  )
  flags.DEFINE_float(
    "storage_gb_month", None, "report: what a GB kept for a month costs; 0.", 0
  )
  flags.DEFINE_integer("version", None, "promote: the newest.", 1)
