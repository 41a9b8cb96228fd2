"""A disk that is full, gone or not a folder (OlafenwaMoses/ImageAI#594)."""

import pytest

from alx.runs.features import encode
from tests.public_cases.cases import QUICK, tables_of, write_features

FAULTS = "from tests.public_cases.faults import *; "


@pytest.fixture(scope="module")
def data(tmp_path_factory):
  return write_features(tmp_path_factory.mktemp("data") / "e.npz")


@pytest.fixture(scope="module")
def run(forks, data):
  """run(workdir, fault): (exit code, what was told)."""

  def run(workdir, fault=""):
    words = f"--data={data}", f"--workdir={workdir}", *QUICK
    before = FAULTS + fault if fault else ""
    return forks.start("run", *words, before=before).ended()

  return run


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory):
  workdir = tmp_path_factory.mktemp("whole") / "w"
  code, told = run(workdir)
  assert code == 0, told
  return tables_of(workdir)


@pytest.mark.slow
@pytest.mark.parametrize(
  ("fault", "where"),
  [
    ("full_after(2)", "dataset.json"),  # still in the beginning
    ("full_after(8)", "picks.csv"),
    ("no_room()", "checkpoints"),
    ("full_after(22)", "report.html"),  # all rounds are done
  ],
)
def test_a_run_goes_on_once_there_is_room(run, whole, tmp_path, fault, where):
  code, told = run(tmp_path / "w", fault)
  assert code == 1 and "Traceback" not in told
  (line,) = (line for line in told.splitlines() if line.startswith("error"))
  assert f"{where}: No space left on device; the same command goes on" in line
  assert not (tmp_path / "w/claims").exists()
  assert not list(tmp_path.rglob(".partial*"))
  assert run(tmp_path / "w")[0] == 0
  assert tables_of(tmp_path / "w") == whole


@pytest.mark.parametrize("place", ["file", "file/w", "nowhere"])
def test_what_can_be_no_folder_is_told_before_data_are_read(
  forks, tmp_path, place
):
  (tmp_path / "file").touch()
  (tmp_path / "nowhere").symlink_to(tmp_path / "gone/x")
  missing = f"--data={tmp_path / 'none.npz'}"  # told when it is read
  workdir = f"--workdir={tmp_path / place}"
  for module, words in (
    ("run", (missing, workdir, *QUICK)),
    ("run", (missing, f"--cache={tmp_path / place}", *QUICK)),
    ("study", (missing, workdir)),
    (
      "features",
      (missing, "--encoder=pca", f"--output={tmp_path / place}/f.npz"),
    ),
  ):
    code, told = forks.start(module, *words).ended()
    assert code == 2 and told.count("\n") == 1, told
    assert str(tmp_path / place.split("/")[0]) in told
    assert "none.npz" not in told
  assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "nowhere"]


def test_a_read_only_place(forks, tmp_path):
  missing = f"--data={tmp_path / 'none.npz'}"
  for module, word, flag in (
    ("study", f"--workdir={tmp_path / 'w'}", "--workdir"),
    ("features", f"--output={tmp_path / 'w/f.npz'}", "--output"),
    ("run", f"--cache={tmp_path / 'w'}", "--cache"),
  ):
    words = [missing, word, *(["--encoder=pca"] * (module == "features"))]
    before = f"{FAULTS}read_only()"
    code, told = forks.start(module, *words, before=before).ended()
    wanted = f"{flag}: wanted a folder to write to, {tmp_path} is read-only"
    assert (code, told) == (2, f"error: {wanted}\n")


def test_a_folder_is_no_output(tmp_path):
  (tmp_path / "f.npz").mkdir()
  with pytest.raises(ValueError, match="found the folder"):
    encode.check_output(tmp_path / "f.npz", force=True)
