"""Flags that make no sense: one line, exit code 2, and the nearest name."""

import pytest

from alx.runs.settings.checks import did_you_mean
from tests import command_line as commands

RUN = {
  ("--acquisition=Entropy",): "no method 'Entropy'; did you mean entropy?",
  ("--acquisition=k-center",): "; did you mean k_center?",
  ("--acquisition=bsld",): "; did you mean bald?",
  ("--acquisition=qqqq",): "no method 'qqqq'; there are: random,",
  ("--acquisition=entropy,,bald",): "wanted names between commas, found "
  "'entropy,,bald'",
  ("--acquisition=entropy, ,bald",): "wanted names between commas",
  ("--acquisition=bald,bald",): "acquisition names one twice: bald",
  ("--seeds=-1",): "seeds must be at least 1, found -1",
  ("--seeds=0",): "seeds must be at least 1, found 0",
  ("--seeds=2.5",): "flag --seeds=2.5",
  ("--seedz=2",): "Unknown command line flag 'seedz'. Did you mean: seeds",
  ("--config=Hippocampus",): "; did you mean hippocampus?",
  ("--set=steps=3", "--set=steps=4"): "names steps twice, the second time",
  ("--set=step=3",): "no field 'step'; did you mean steps?",
  ("--set=Learning-Rate=3",): "; did you mean learning_rate?",
  ("--set=steps",): "wants field=value, found 'steps'",
  ("--set==3",): "wants field=value, found '=3'",
  ("--set=steps=",): "wanted int, found ''",
  ("--set=steps=1e3",): "wanted int, found '1e3'",
  ("--set=steps=three",): "wanted int, found 'three'",
  ("--set=acquisition=bald,,dpp",): "a value is missing in 'bald,,dpp'",
  ("--set=widths=8,,16",): "a value is missing in '8,,16'",
  ("--set=model=unett",): "; did you mean unet?",
  ("--set=first_seed=-1",): "first_seed must be in [0, 4294967295], found -1",
  ("--set=learning_rate=nan",): "learning_rate",
  ("--workdir",): "workdir",
}
STUDY = {
  ("--seeds=0",): "seeds",
  ("--seeds=-1",): "seeds",
  ("--acquisition=Bald",): "; did you mean bald?",
  ("--acquisition=bald,,full",): "wanted names between commas",
  ("--acquisition=bald,bald",): "acquisition names one twice: bald",
  ("--models=mlp,mlp",): "model names one twice: mlp",
  ("--models=MLP",): "; did you mean mlp?",
  ("--budgets=4+1x2,4+1x2",): "budget names one twice: 4+1x2",
  ("--budgets=4x1+2",): "wanted START+ROUNDSxQUERY",
  ("--set=steps=3", "--set=steps=4"): "names steps twice",
}


def told(line, wanted):
  head, _, tail = wanted.partition("; did you mean")
  return head in line and line.endswith(
    f"; did you mean{tail}" if tail else line
  )


@pytest.mark.parametrize(
  ("module", "cases"), [("run", RUN), ("study", STUDY)], ids=["run", "study"]
)
def test_one_line_says_what_is_wrong(tmp_path, module, cases):
  common = f"--data={tmp_path}/none.npz", f"--workdir={tmp_path / 'w'}"
  words = [(*common, *flags) for flags in cases]
  if ("--workdir",) in cases:
    words[-1] = ("--workdir",)
  lines = commands.errors_of(f"experiments.{module}", *words)
  for line, wanted in zip(lines, cases.values(), strict=True):
    assert told(line, wanted), (line, wanted)
  assert list(tmp_path.iterdir()) == []


def test_flags_of_a_study_that_say_nothing_are_refused(tmp_path):
  (line,) = commands.errors_of(
    "experiments.study", [f"--workdir={tmp_path}", "--seeds=5"]
  )
  assert "--seeds goes with --data or --config" in line


def test_only_what_is_near_is_proposed():
  known = ["entropy", "k_center", "bald", ""]
  assert did_you_mean("ENTROPY", known) == "; did you mean entropy?"
  assert did_you_mean("k center", known) == "; did you mean k_center?"
  assert did_you_mean("random", known) == ""
  assert did_you_mean("", known) == ""
