"""The survey's benchmark: three tasks, five rounds, published tables beside.

  python -m experiments.survey --benchmark=acdc --data=acdc_slices_128.npz
  python -m experiments.survey --benchmark=nct --data=FOLDER --size=paper
  python -m experiments.survey --benchmark=isic --data=pneumoniamnist.npz

--data is, for acdc, an .npz of slices with `images`, `labels`, `patient`,
`frame`, `slice`, `split`; for nct the folder that holds NCT-CRC-HE-100K and
CRC-VAL-HE-7K; for isic a folder with the pictures and the CSV file of ISIC
2020. A MedMNIST .npz stands in for the last two. The same command again goes
on where it stopped. In WORKDIR are a run directory for each budget, the tables
as CSV, and report.html.
"""

from absl import flags

from alx.commands import command
from alx.commands.defined import acquisitions
from alx.runs.disk import owned, places
from alx.runs.settings.config import parts_of
from experiments.survey import deviations, study
from experiments.survey.benchmarks import BENCHMARKS, SIZES
from experiments.survey.plan import PRESETS, Plan, make_plan

_BENCHMARK = flags.DEFINE_enum(
  "benchmark", "acdc", list(BENCHMARKS), "What is run."
)
_DATA = flags.DEFINE_string("data", "", "Folder or .npz file.")
_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Where everything is written; default runs/survey-BENCHMARK."
)
_SIZE = flags.DEFINE_enum(
  "size",
  "cpu",
  list(SIZES),
  "smoke: to see that it works. cpu: about an hour for acdc on two cores. "
  "paper: the published sizes, for a GPU.",
)
_PRESET = flags.DEFINE_enum(
  "preset",
  "clean",
  list(PRESETS),
  "clean: every seed has its own starting set and model, labels stay labels, "
  "nothing is augmented when scored, patients are kept apart. parity: what the "
  "reference code does, see --deviate.",
)
_DEVIATE = flags.DEFINE_list(
  "deviate",
  None,
  "Exactly these deviations instead of the preset's. " + deviations.explain(),
)
_METHODS = acquisitions.define(
  "methods",
  "What is compared; random is always run. Default: the survey's, a few of "
  "them at sizes below paper.",
)
_MAX_PER_GROUP = acquisitions.define_cap()
_SEEDS = flags.DEFINE_integer("seeds", 0, "Paired repeats; 0: the size's own.")
_BUDGETS = flags.DEFINE_list(
  "budgets",
  (),
  "low, high or both for nct and isic. Default: all that the pool is large "
  "enough for.",
)
_SET = flags.DEFINE_multi_string(
  "set",
  [],
  "field=value, any field of the settings of a run; repeatable.",
)


def main(argv: list[str]) -> None:
  """Runs the benchmark; for the exit codes see --help.

  A model without numbers is told after the other budgets.
  """
  with command.session() as console:
    with command.wrong_input():
      command.only_flags(argv)
      plan = plan_from_flags()
      workdir = places.workdir_of(
        plan.data, _WORKDIR.value or f"runs/survey-{plan.name}"
      )
    parts = [
      f"{budget}/{part}"
      for budget, config in plan.configs.items()
      for part in parts_of(config)
    ]
    with (
      owned.working(workdir, parts) as check,
      command.wrong_input(ValueError),
    ):
      study.run(plan, workdir, console, check)


def plan_from_flags() -> Plan:
  """What the flags ask for; ValueError if one is wrong."""
  return make_plan(
    _BENCHMARK.value,
    _DATA.value,
    _SIZE.value,
    _PRESET.value,
    methods=_METHODS.value or (),
    max_per_group=_MAX_PER_GROUP.value or 0,
    seeds=_SEEDS.value,
    deviate=_DEVIATE.value,
    budgets=_BUDGETS.value,
    assignments=_SET.value,
  )


if __name__ == "__main__":
  command.start(main)
