"""What a labelling loop saves a reader, and what the savings come from.

Simulated readers label in rounds: without a draft, with drafts of one fixed
model, or of a model that is fitted again after each round; the items are drawn
at random, at random among those with foreground, or chosen by a model. The
design is factorial, so that what a draft saves is not sold as what active
learning saves.

  python -m experiments.no_code --data=phantom --workdir=DIR --size=smoke
  python -m experiments.no_code --data=phantom \\
    --data=hippocampus=Task04_Hippocampus --data=acdc=acdc_slices_128.npz \\
    --workdir=DIR

What is measured is contour in mm and counts. Seconds are of a scenario, a range
over all corners of a list of prices, or, with --effort=LOG.csv, of prices
fitted to measured cases: columns reader, seconds, decision, viewed, added,
erased, components, slices, whole. Money wants --reader_hour.

The same command again goes on where it was stopped or killed; several may
work on one grid. DIR holds rows/, arms.csv, savings.csv, structures.csv,
factors.csv and report.html.
"""

from absl import flags

from alx.commands import command
from alx.effort import PLANES
from alx.effort.costs import Rates
from alx.effort.readers import BY_NAME as READERS
from alx.runs.disk.claim import Held
from alx.runs.settings.arms import canonical
from experiments.nocode import page, plan, pricing, study
from experiments.nocode.desk import memory_desk

_DATA = flags.DEFINE_multi_string(
  "data",
  [],
  "PRESET=PATH, such as hippocampus=Task04_Hippocampus; phantom; or PATH. "
  "Repeatable.",
)
_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Where everything is written. A grid found there goes on."
)
_READERS = flags.DEFINE_list(
  "readers", ["tolerant"], f"Of {', '.join(READERS)}."
)
_DRAFTS = flags.DEFINE_list(
  "drafts", list(plan.DRAFTS), "Of none, fixed, updated."
)
_SELECTIONS = flags.DEFINE_list(
  "selections", list(plan.SELECTIONS), "Of random, foreground_random, active."
)
_ACTIVE = flags.DEFINE_string("active", "entropy", "What active stands for.")
_SEEDS = flags.DEFINE_integer("seeds", 3, "Paired repeats.", lower_bound=1)
_SIZE = flags.DEFINE_enum(
  "size", "cpu", sorted(plan.SIZES), "How much is trained."
)
_PLANE = flags.DEFINE_enum(
  "plane",
  None,
  sorted(PLANES),
  "Contours of volumes are drawn in; by default by spacing.",
)
_PIXEL = flags.DEFINE_float(
  "pixel_mm",
  None,
  "An assumption: the side of a pixel where data do not say it. Without it "
  "such data have no seconds and no money.",
  lower_bound=1e-6,
)
_DESK = flags.DEFINE_enum(
  "desk",
  "memory",
  ["memory", "store"],
  "Readers answer beside the loop, or through the folders, the import and the "
  "log of a project, as a person does: slower, to the same rows.",
)
_TARGET = flags.DEFINE_float(
  "target",
  0.98,
  "Dice to reach, as a share of what no draft and random items end with.",
  0.0,
  1.0,
)
_EFFORT = flags.DEFINE_string("effort", None, "A table of measured cases.")
_CURRENCY = flags.DEFINE_string("currency", "USD", "Of the prices.")
_YEAR = flags.DEFINE_integer("year", None, "Of the prices.")
_READER_HOUR = flags.DEFINE_float("reader_hour", None, "Price of an hour.")
_COMPUTE_HOUR = flags.DEFINE_float("compute_hour", 0.0, "Price of an hour.")
_SET = flags.DEFINE_multi_string(
  "set", [], "field=value of alx.runs.settings.config.Config; repeatable."
)
_MONEY = "currency", "year", "compute_hour"


def main(argv: list[str]) -> None:
  """Runs the grid; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      grid, prices = study_from_flags(), prices_from_flags()
      study.open_study(grid)
    with command.wrong_input(ValueError):
      held = study.run_all(grid, console, desk_from_flags())
    if held:
      raise Held(
        f"{len(held)} rows are with other processes, such as {held[0].name}; "
        "the same command again writes the page when they have ended"
      )
    with command.wrong_input(ValueError):
      written = page.write(grid, prices, _TARGET.value, console)
    command.tell_report(console, written)


def study_from_flags() -> study.Study:
  """The grid that the flags ask for."""
  if not _DATA.value or not _WORKDIR.value:
    raise ValueError("wanted --data=... and --workdir=DIR")
  sources = study.sources_of(_DATA.value)
  workdir = command.path_of(_WORKDIR.value)
  asked = plan.make_plan(
    tuple(sources),
    tuple(_READERS.value),
    tuple(_DRAFTS.value),
    tuple(_SELECTIONS.value),
    _SEEDS.value,
  )
  return study.Study(
    workdir,
    asked,
    sources,
    _SIZE.value,
    canonical((_ACTIVE.value,))[0],
    _PLANE.value,
    tuple(_SET.value),
  )


def desk_from_flags():
  """How answers come back."""
  if _DESK.value == "memory":
    return memory_desk
  from experiments.nocode.store_desk import store_desk

  return store_desk


def prices_from_flags() -> pricing.Pricing:
  """Seconds of a scenario or a log, and money if an hour has a price."""
  rates = None
  if _READER_HOUR.value is not None:
    if _YEAR.value is None:
      raise ValueError("--reader_hour wants --year: whose money it is")
    rates = Rates(
      _CURRENCY.value, _YEAR.value, _READER_HOUR.value, _COMPUTE_HOUR.value
    )
  elif any(flags.FLAGS[name].present for name in _MONEY):
    raise ValueError(
      "--currency, --year and --compute_hour say nothing without --reader_hour"
    )
  effort = _EFFORT.value and str(command.path_of(_EFFORT.value))
  return pricing.make_pricing(effort, rates, _PIXEL.value)


if __name__ == "__main__":
  command.start(main)
