"""--list_methods, --help_settings, and flags that are not known."""

import dataclasses

import pytest
from absl import flags

from alx.acquisition import BY_NAME
from alx.commands.defined import explained, protocol, unknown
from alx.commands.main import main
from alx.runs.settings.config import Config
from tests import command_line as commands


def test_every_method_is_in_one_family_and_has_a_sentence():
  families = explained.families()
  names = [name for names in families.values() for name in names]
  assert sorted(names) == sorted(BY_NAME) and all(families.values())
  assert families["By chance"] == [*("random", "uniform", "foreground_random")]
  assert "typiclust" in families["From features alone, before there is a model"]


def test_the_list_fits_a_terminal_and_begins_with_what_to_begin_with():
  lines = explained.methods().splitlines()
  assert lines[0].startswith("Begin with margin or badge")
  assert max(map(len, lines)) <= 80
  (line,) = [line for line in lines if line.startswith("  egl ")]
  assert line.split(maxsplit=1)[1] == "takes what would change the model most"
  assert "coreset = k_center" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("flag", ["--list_methods", "--help_settings"])
def test_they_are_asked_for_before_anything_is_wanted(flag):
  before = commands.ends_of("alx.commands.run", [flag, "--qqqq=1"])
  assert before == [[0, ""]]


YES = "--list_methods=true", "--list_methods=1", "-list_methods=T"


@pytest.mark.parametrize("module", ["run", "study", "query"])
def test_they_are_asked_for_by_any_word_for_yes(module, tmp_path):
  file = tmp_path / "words.txt"
  file.write_text("--list_methods\n--k=1\n--acquisition=margin\n")
  words = *YES, f"--flagfile={file}" if module == "query" else "--list_methods"
  cases = [[word] for word in words]
  assert commands.ends_of(f"alx.commands.{module}", *cases) == [[0, ""]] * 4


def test_all_settings_are_asked_for_by_a_value_too():
  asked = commands.ends_of("alx.commands.stream", ["--help_settings=true"])
  assert asked == [[0, ""]]


def test_a_word_for_no_asks_for_nothing():
  (line,) = commands.errors_of(
    "alx.commands.study", ["--nolist_methods", "--help_settings=false"]
  )
  assert line == "error: wanted --workdir=DIR and flags, found []"


def test_a_setting_without_a_flag_and_names_of_others_are_told():
  lines = commands.errors_of(
    "alx.commands.run",
    ["--learning-rate=1"],
    ["--strategy=bald"],
    ["--roundz=3"],
    ["--seed=3"],
  )
  wanted = [
    "Did you mean: set=learning_rate=... ?",
    "Did you mean: acquisition ?",
    "Did you mean: rounds ?",
    "Did you mean: seeds ?",
  ]
  for line, end in zip(lines, wanted, strict=True):
    assert line.startswith("error: Unknown command line flag '")
    assert line.endswith(end)


def test_every_name_of_others_is_of_a_flag_or_a_setting():
  known = {field.name for field in dataclasses.fields(Config)}
  known |= {"group", "workdir", "labelled", "features", "key"}
  known |= {"coordinator", "num_processes", "process_id"}
  for names in unknown._OTHERS.values():
    assert {*names.split()} <= known


def test_a_command_that_is_not_known_is_answered(capsys):
  with pytest.raises(SystemExit) as ended:
    main(["alx", "rnu"])
  assert ended.value.code == 2
  line = capsys.readouterr().err
  assert line.startswith(
    "error: no command 'rnu'; did you mean run? there are:"
  )


class Holder:
  """A flag that was given."""

  def __init__(self, name, value):
    self.name, self.value = name, value


def test_flags_come_before_set_and_none_tells_twice():
  holders = {
    "rounds": Holder("rounds", 7),
    "query": Holder("query", None),
    "group_pattern": Holder("group", "^(.*)_"),
  }
  found = protocol.changed(Config(), holders, {"seeds": 3}, ["start=9"])
  assert (found.rounds, found.query, found.seeds, found.start) == (7, 4, 3, 9)
  assert found.group_pattern == "^(.*)_"
  with pytest.raises(ValueError, match="--set=group_pattern and --group: give"):
    protocol.changed(Config(), holders, {}, ["group_pattern=x"])
  with pytest.raises(ValueError, match="--set=seeds and --seeds: give one"):
    protocol.changed(Config(), {}, {"seeds": 3}, ["seeds=3"])


def test_a_study_refuses_what_its_flags_say_already():
  study = "--workdir=w", "--config=phantom", "--list"
  lines = commands.errors_of(
    "alx.commands.study",
    [*study, "--budgets=4+1x2", "--set=rounds=2"],
    [*study, "--budgets=5xslices:40", "--set=budget=slices:20"],
    [*study, "--budgets=4+1x2", "--set=budget=slices:20"],
    [*study, "--unit=slices:0", "--set=unit=boxes:16"],
  )
  told = ["rounds and --budgets", "budget and --budgets"]
  told += ["budget and --budgets", "unit and --unit"]
  assert lines == [f"error: --set={two}: give one of them" for two in told]


def test_flags_of_jax_are_not_proposed():
  assert not {"alsologtostderr", "helpfull"} & {*unknown._flags()}
  assert isinstance(flags.FLAGS, flags.FlagValues)
