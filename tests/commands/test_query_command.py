"""alx query: arrays in files, ids out."""

import pathlib

import numpy as np
import pytest

import alx
from alx.commands.query import cache_folder
from tests.command_line import errors_of, run

QUERY = "alx.commands.query"


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
  """The user's cache folder."""
  monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
  monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
  return tmp_path / "cache"


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
  folder = tmp_path_factory.mktemp("arrays")
  rng = np.random.default_rng(0)
  logits, features = rng.standard_normal((20, 3)), rng.standard_normal((20, 4))
  np.save(folder / "logits.npy", logits)
  np.savez(folder / "both.npz", logits=logits, features=features)
  np.savez(folder / "ids.npz", ids=np.array([f"scan {i}" for i in range(20)]))
  (folder / "ids.txt").write_text("é\n" * 19 + "z\n", encoding="utf-8")
  return folder


def test_ids_are_printed_and_nothing_else(arrays, cache):
  logits = np.load(arrays / "logits.npy")
  wanted = alx.query("entropy", k=4, logits=logits).tolist()
  done = run(
    QUERY, "--acquisition=entropy", "--k=4", f"--logits={arrays}/logits.npy"
  )
  assert done.returncode == 0, done.stderr
  assert done.stdout.split("\n") == [*map(str, wanted), ""]
  assert any("answer" in path.name for path in (cache / "alx").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("where", ["a file", "nocache"])
def test_no_cache_is_as_good(arrays, cache, where):
  more = ["--nocache"] if where == "nocache" else []
  if where == "a file":
    cache.write_text("", encoding="utf-8")
  logits = f"--logits={arrays}/logits.npy"
  done = run(QUERY, "--acquisition=entropy", "--k=4", logits, *more)
  assert done.returncode == 0 and len(done.stdout.split()) == 4, done.stderr
  assert done.stderr == "" and not cache.is_dir()


def test_where_programs_are_kept(monkeypatch, tmp_path):
  assert cache_folder() == tmp_path / "cache" / "alx"
  monkeypatch.setenv("HOME", str(tmp_path))
  for told in ("", "relative"):
    monkeypatch.setenv("XDG_CACHE_HOME", told)
    assert cache_folder() == tmp_path / ".cache" / "alx"


def test_no_home_is_known(monkeypatch):
  monkeypatch.delenv("XDG_CACHE_HOME")
  monkeypatch.setattr(pathlib.Path, "home", _no_home)
  assert cache_folder() is None


def _no_home():
  raise RuntimeError("Could not determine home directory.")


def test_names_go_to_a_table(arrays, tmp_path):
  done = run(
    *(QUERY, "--acquisition=two_stage(entropy:8, k_center)", "--k=2"),
    *(f"--arrays={arrays}/both.npz", f"--ids={arrays}/ids.npz"),
    f"--output={tmp_path}/picks.csv",
  )
  assert done.returncode == 0, done.stderr
  lines = (tmp_path / "picks.csv").read_text(encoding="utf-8").splitlines()
  assert lines[0] == "rank,id" and lines[1].startswith("1,scan ")
  assert len(lines) == 3


def test_what_is_wrong_is_one_line(arrays, tmp_path):
  (tmp_path / "there.csv").write_text("", encoding="utf-8")
  logits = f"--logits={arrays}/logits.npy"
  cases = {
    (logits, "--k=99"): "k = 99 items were asked for, 20 are",
    ("--logits=nowhere.npy", "--k=2"): "nowhere.npy: wanted an .npy or .npz",
    (f"--features={arrays}/ids.npz", "--k=2"): "features",
    (logits, f"--arrays={arrays}/both.npz", "--k=2"): "found both",
    (logits, "--k=2", "--acquisition=entrop"): "did you mean entropy?",
    (logits, "--k=2", f"--output={tmp_path}/there.csv"): "File exists",
    (f"--features={arrays}/both.npz", "--k=2"): "needs probs",
  }
  lines = errors_of(QUERY, *cases)
  for line, words in zip(lines, cases.values(), strict=True):
    assert words in line, line


def test_a_file_of_features_says_its_patients_and_its_test_part(tmp_path):
  rows = np.random.default_rng(0).standard_normal((12, 3))
  path = tmp_path / "f.npz"
  np.savez(
    path,
    features=rows,
    ids=[f"scan{n}" for n in range(12)],
    group=[*"aabbccdd", *["nan"] * 4],
    split=[0] * 4 + [2] * 4 + [0] * 4,
  )
  done = run(QUERY, "--acquisition=k_center", "--k=6", f"--arrays={path}")
  assert done.returncode == 0, done.stderr
  found = [int(name.removeprefix("scan")) for name in done.stdout.split()]
  assert len(found) == 6 and {8, 9, 10, 11} < {*found}
  assert len({0, 1} & {*found}) == len({2, 3} & {*found}) == 1
  assert "note: 4 items that are not to train on" in done.stderr
  np.save(tmp_path / "all.npy", np.ones(12, bool))
  np.save(tmp_path / "one.npy", np.arange(12))
  more = f"--available={tmp_path}/all.npy", f"--groups={tmp_path}/one.npy"
  flags = "--acquisition=k_center", "--k=12", f"--arrays={path}"
  done = run(QUERY, *flags, *more)
  assert done.returncode == 0 and len(done.stdout.split()) == 12, done.stderr
  assert not done.stderr
