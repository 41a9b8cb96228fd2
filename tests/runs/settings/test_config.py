import dataclasses
import re

import pytest

from alx.runs.settings import arms
from alx.runs.settings.config import (
  Config,
  absolute,
  override,
  parts_of,
  with_baselines,
)


def test_override_reads_every_type():
  config = override(
    Config(),
    [
      "steps=7",
      "learning_rate=1",
      "warm=true",
      "patch=32,48,32",
      "widths=(8,16)",
      "model=cnn",
      "data=a=b",
    ],
  )
  assert config.steps == 7
  assert config.learning_rate == 1.0
  assert config.warm is True
  assert config.patch == (32, 48, 32)
  assert config.widths == (8, 16)
  assert (config.model, config.data) == ("cnn", "a=b")


@pytest.mark.parametrize(
  ("text", "message"),
  [
    ("steps", "wants field=value, found 'steps'"),
    ("stepz=1", "no field 'stepz'; did you mean steps"),
    ("steps=7.9", "steps: wanted int, found '7.9'"),
    ("steps=foo", "steps: wanted int, found 'foo'"),
    ("steps=True", "steps: wanted int, found 'True'"),
    ("patch=8,x", "patch: wanted int, found 'x'"),
    ("warm=2", "warm: wanted bool, found '2'"),
    ("steps=-1", "steps must be at least 0, found -1"),
    ("patch=0,8", "patch must be at least 1, found 0"),
    ("widths=-4", "widths must be at least 1, found -4"),
    ("dropout=1.0", r"dropout must be in \[0.0, 1.0\), found 1.0"),
    ("acquisition=bold", "'bold', character 1: no method"),
    ("acquisition=bald,bald", "names one twice"),
    ("optimizer=lion", "'lion' is not one of auto, adam, sgd"),
  ],
)
def test_a_wrong_value_is_one_clear_line(text, message):
  with pytest.raises(ValueError, match=message) as error:
    override(Config(), [text])
  assert "\n" not in str(error.value)


def test_nothing_to_do():
  with pytest.raises(ValueError, match="nothing to do"):
    Config(acquisition=(), full=False)


def test_baselines_come_first_and_once():
  found = with_baselines(("bald", "random"), "segmentation")
  assert found == ("random", "foreground_random", "bald")
  assert with_baselines(("bald",), "classification") == ("random", "bald")


def test_config_is_hashable():
  assert hash(Config()) == hash(Config())


def test_the_folders_of_a_command():
  config = Config(acquisition=("bald",), seeds=2, first_seed=3, full=False)
  assert parts_of(config) == ["bald-seed3", "bald-seed4"]
  config = dataclasses.replace(config, acquisition=(), seeds=1, full=True)
  assert parts_of(config, True, ["bald"]) == [
    "random-seed3",
    "foreground_random-seed3",
    "bald-seed3",
    "full-seed3",
  ]


def test_paths_mean_the_same_everywhere(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  monkeypatch.setenv("HOME", "/home/x")
  found = absolute(Config(data="a/../b.npz", features="", cache="~/c"))
  assert (found.data, found.features) == (str(tmp_path / "b.npz"), "")
  assert found.cache == "/home/x/c" and absolute(found) == found
  assert absolute(Config()).data == "phantom"


def test_an_acquisition_is_kept_in_its_one_form():
  text = " two_stage( bald :9,k_center) "
  config = Config(acquisition=(text, "bald*1+badge"))
  assert config.acquisition == ("two_stage(bald:9, k_center)", "bald*1 + badge")
  for given in (
    "two_stage(bald:9, k_center),bald*1+badge",
    "(two_stage(bald:9,k_center), bald*1 + badge)",
  ):
    found = override(Config(), [f"acquisition={given}"])
    assert found.acquisition == config.acquisition
  assert override(Config(), ["acquisition=bald,"]).acquisition == ("bald",)


def test_folders_of_compositions_are_plain_names_and_differ():
  names = ("bald(reduce=max)", "bald(reduce=sum)")
  config = Config(acquisition=names, seeds=1, full=False)
  first, second = parts_of(config)
  assert first != second
  assert all(re.fullmatch(r"[\w.-]+-seed0", part) for part in (first, second))


def test_two_texts_of_one_folder_are_refused(monkeypatch):
  monkeypatch.setattr(arms, "folder_of", lambda text: text[:4])
  with pytest.raises(
    ValueError, match="folders of acquisition names one twice"
  ):
    Config(acquisition=("bald(reduce=max)", "bald(reduce=sum)"))


def test_a_stage_with_nothing_to_choose_is_told_of():
  text = "two_stage(entropy:9, k_center)"
  assert arms.notes([text, "bald"], 20, 4) == []
  (line,) = arms.notes([text], 9, 4)
  assert line.endswith("no more than 9 are there: k_center alone chooses")
  (line,) = arms.notes([f"bald*1 + fuse(bald, margin)*1 + {text}"], 20, 9)
  assert line.endswith("and 9 are asked for: k_center chooses nothing")


def test_what_wants_one_another_changes_at_once():
  told, given = {"budget": "budget"}, {"budget": "seconds:600"}
  found = override(Config(), ["seconds=60,10,0.5"], told, given)
  assert (found.budget, found.seconds) == ("seconds:600", (60.0, 10.0, 0.5))
  with pytest.raises(ValueError, match="wants seconds=ITEM,UNIT,MM"):
    override(Config(), [], told, given)
