"""A study that is looked at, and one whose rows are run in other folders.

ALRhub/cw2#15, EducationalTestingService/skll#213.
"""

import json
import os

import pytest

from alx.runs.disk import store
from alx.runs.settings.config import Config
from alx.studies import rows
from tests.public_cases.cases import write_features

SMALL = (
  "--acquisition=entropy",
  "--budgets=2+1x2",
  "--seeds=1",
  "--set=steps=2",
  "--set=test_items=8",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
  """A folder with data; the commands of the tests are begun in it."""
  home = tmp_path_factory.mktemp("home")
  write_features(home / "e.npz")
  (home / "elsewhere").mkdir()
  return home


@pytest.fixture
def study(forks, home):
  """study(*words, cwd=): (exit code, what was told)."""

  def study(*words, cwd=home):
    before = f"import os; os.chdir({str(cwd)!r})"
    return forks.start("study", *words, before=before).ended()

  return study


def test_looking_writes_nothing(study, home):
  new = "--workdir=new", "--data=e.npz", *SMALL
  code, told = study(*new, "--list")
  assert code == 0 and "0 e-auto-2+1x2.random-seed0" in told
  for words in (new, ("--workdir=new",)):
    code, told = study(*words, "--collect")
    assert code == 2 and "wanted a study" in told
  code, told = study("--workdir=new", "--list")
  assert code == 2 and "new/study.json: wanted a study" in told
  assert not (home / "new").exists()


def test_looking_freezes_no_budget(study, home):
  words = "--workdir=kept", "--data=e.npz", *SMALL
  assert study(*words, "--row=0")[0] == 0
  before = (home / "kept/study.json").read_bytes()
  more = [word.replace("seeds=1", "seeds=2") for word in words]
  code, told = study(*more, "--list")
  assert code == 0 and "random-seed1" in told
  assert study(*more, "--collect")[0] == 0
  assert (home / "kept/study.json").read_bytes() == before


@pytest.mark.slow
def test_a_row_is_run_from_anywhere(study, home):
  words = "--workdir=w", "--data=e.npz", *SMALL
  assert study(*words, "--row=0")[0] == 0
  known = json.loads((home / "w/study.json").read_text("utf-8"))
  assert known["axes"]["data"] == [str(home / "e.npz")]
  cwd = home / "elsewhere"
  code, told = study("--workdir=../w", "--row=1", cwd=cwd)
  assert code == 0, told
  config = json.loads((home / "w/e-auto-2+1x2/config.json").read_text("utf-8"))
  assert config["data"] == str(home / "e.npz")
  code, told = study("--workdir=../w", "--data=../e.npz", *SMALL, cwd=cwd)
  assert code == 0 and "2 of 2 rows are finished" in told


@pytest.mark.slow
def test_features_and_caches_are_from_the_root_on(forks, home):
  write_features(home / "f.npz")
  before = f"import os; os.chdir({str(home)!r})"
  words = "--data=e.npz", "--features=./f.npz", "--workdir=r"
  more = "--acquisition=", "--seeds=1", "--set=steps=2", "--set=test_items=8"
  run = forks.start("run", *words, *more, before=before)
  assert run.wait() == 0, run.output()
  config = json.loads((home / "r/config.json").read_text("utf-8"))
  found = {name: config[name] for name in ("data", "features", "cache")}
  wanted = {"data": home / "e.npz", "features": home / "f.npz", "cache": ""}
  assert found == {name: str(path) for name, path in wanted.items()}


def test_a_study_that_was_begun_with_relative_paths_goes_on(
  tmp_path, monkeypatch
):
  monkeypatch.chdir(tmp_path)
  base, data = Config(acquisition=(), cache="c"), ("a.v1.npz",)
  axes = rows.Axes(data, ("auto",), ("4+1x3",), ("random",), 1)
  old = {"axes": axes._asdict(), "base": {**vars(base)}}
  del old["axes"]["names"]
  store.write_json(tmp_path / "study.json", old)
  table = rows.expand(*rows.read(tmp_path))
  assert [row.group for row in table] == ["a-auto-4+1x3"]  # as it was
  here = os.path.abspath("a.v1.npz")
  now = rows.named_as(tmp_path, axes._replace(data=(here,), seeds=2))
  base = Config(acquisition=(), cache=os.path.abspath("c"))
  (new,) = rows.added(tmp_path, base, now)
  assert (new.group, new.seed) == ("a-auto-4+1x3", 1)
