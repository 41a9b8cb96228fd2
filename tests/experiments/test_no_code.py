"""The command: wrong flags are one line and code 2."""

from tests.command_line import errors_of
from tests.nocode_cases import write_slices


def test_wrong_flags_are_one_line(tmp_path):
  data = f"--data={write_slices(tmp_path)}"
  work = f"--workdir={tmp_path / 'work'}"
  found = errors_of(
    "experiments.no_code",
    [data],
    [data, work, "--readers=expert"],
    [data, work, "--reader_hour=100"],
    [data, work, "--year=2024"],
    [data, work, "--active=entrpy"],
    [data, work, "--effort=none.csv"],
  )
  wanted = (
    "wanted --data=... and --workdir=DIR",
    "readers",
    "--reader_hour wants --year",
    "say nothing without --reader_hour",
    "entrpy",
    "none.csv",
  )
  for line, part in zip(found, wanted, strict=True):
    assert part in line
  assert not (tmp_path / "work").exists()


def test_nothing_is_begun_on_wrong_data(tmp_path):
  """The second data set is at fault, or a setting."""
  good = write_slices(tmp_path)
  for bad in (["--data=/none.npz"], ["--set=stepz=3"]):
    work = tmp_path / "work"
    (found,) = errors_of(
      "experiments.no_code",
      [f"--data={good}", f"--workdir={work}", "--set=rounds=1", *bad],
    )
    assert "none.npz" in found or "stepz" in found
    assert not work.exists()
