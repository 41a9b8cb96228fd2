import ast
import errno
import io
import pathlib
import re

import numpy as np
import pytest
from rich.console import Console

from alx.commands import command
from alx.data.dataset import DataError
from alx.runs.disk import places
from alx.runs.disk.claim import Held
from alx.runs.disk.records import Diverged
from tests.command_line import ends_of

ROOT = pathlib.Path(__file__).parents[2]


def test_an_error_is_one_line_and_a_code(capsys):
  with pytest.raises(SystemExit) as ended, command.ends(2, ValueError):
    raise ValueError("k: wanted 1, found 0")
  assert ended.value.code == 2
  assert capsys.readouterr().err == "error: k: wanted 1, found 0\n"


def test_other_errors_pass():
  with pytest.raises(KeyError), command.ends(2, ValueError):
    raise KeyError("k")


def test_words_are_no_flags():
  command.only_flags(["run"])
  with pytest.raises(ValueError, match="flags only, found 'a b'"):
    command.only_flags(["run", "a", "b"])


def test_a_flag_may_begin_with_the_home_folder(monkeypatch):
  monkeypatch.setenv("HOME", "/home/me")
  assert command.path_of("~/a.npy") == pathlib.Path("/home/me/a.npy")
  assert command.path_of("a/~b.npy") == pathlib.Path("a/~b.npy")
  unknown = "~nobody-of-this-name/a.npy"
  assert command.path_of(unknown) == pathlib.Path(unknown)


@pytest.mark.parametrize(
  ("module", "flags", "told"),
  [
    ("run", ["--features=~/rows.npy"], "{}/rows.npy: wanted labels: in --data"),
    ("query", ["--k=2", "--arrays=~/a.npz"], "{}/a.npz: wanted arrays of the"),
    ("query", ["--k=2", "--probs=~/a.npz"], "{}/a.npz: wanted an array probs"),
    (
      "query",
      ["--k=2", "--nocache", "--probs=~/rows.npy", "--output=~/no/p.csv"],
      "{}/no/p.csv: No such file or directory",
    ),
    (
      "features",
      ["--checkpoint=~/run", "--output=~/f.npz"],
      "{}/run: wanted one run with checkpoints, found none",
    ),
    (
      "distributed",
      ["--features=~/rows.npy", "--labels=~/rows.npy", "--workdir=~/w"],
      "{}/rows.npy: wanted [N] integers, found float32 (4, 2)",
    ),
    (
      "distributed",
      ["--features=~/no.npy", "--workdir=~/w"],
      "{}/no.npy: no such file",
    ),
    ("study", ["--workdir=~/w"], "{}/w/study.json"),
    ("serve", ["~/w"], "{}/w: wanted the folder of a project"),
  ],
)
def test_home_folders_in_flags(module, flags, told, tmp_path):
  np.save(tmp_path / "rows.npy", np.full((4, 2), 0.5, np.float32))
  np.savez(tmp_path / "a.npz", one=np.eye(2), two=np.eye(2))
  (end,) = ends_of(f"alx.commands.{module}", flags, home=tmp_path)
  assert end[0] == 2 and told.format(tmp_path) in end[1], end


def test_a_long_path_is_not_wrapped():
  console = Console(file=io.StringIO(), width=20)
  page = pathlib.Path("/" + "long/" * 9 + "report.html")
  command.tell_report(console, page)
  assert console.file.getvalue() == f"report: {page}\n"


def test_a_run_is_named_after_its_data():
  assert places.workdir_of("a/slices.v2.npz", None) == pathlib.Path(
    "runs/slices.v2"
  )
  assert places.workdir_of("a/slices.npz", "w") == pathlib.Path("w")


def test_a_full_disk_is_no_wrong_input(capsys):
  full = OSError(errno.ENOSPC, "No space left on device", "x.csv")
  for error in (full, caused(DataError("cache: wanted a place"), full)):
    with (
      pytest.raises(SystemExit) as ended,
      command.session(),
      command.wrong_input(),
    ):
      raise error
    assert ended.value.code == 1
  lines = capsys.readouterr().err.splitlines()
  goes_on = "the same command goes on once that is mended"
  assert lines == [
    f"error: x.csv: No space left on device; {goes_on}",
    f"error: cache: wanted a place; {goes_on}",
  ]


def caused(error, cause):
  error.__cause__ = cause
  return error


@pytest.mark.parametrize(
  ("error", "code", "line"),
  [
    (Held("w: held"), 3, "w: held"),
    (DataError("a: wanted b, found c"), 2, "a: wanted b, found c"),
    (Diverged("no numbers"), 1, "no numbers"),
    (PermissionError(13, "Permission denied", "w"), 1, "w: Permission denied;"),
    (ValueError("a\n  b\x1b[31m"), None, ""),  # a fault of ours: shown whole
  ],
)
def test_every_end_of_a_session_has_a_code(capsys, error, code, line):
  kind = type(error) if code is None else SystemExit
  with pytest.raises(kind) as ended, command.session():
    raise error
  if code is not None:
    assert ended.value.code == code
  assert capsys.readouterr().err.startswith(line and f"error: {line}")


def test_an_error_moves_no_cursor():
  assert command.one_line("a\n  b\x1b[31m c\td") == r"a b\x1b[31m c\x09d"


@pytest.mark.parametrize("folder", ["alx/commands", "experiments"])
def test_command_lines_of_help_break_where_they_were_broken(folder):
  for path in sorted((ROOT / folder).rglob("*.py")):
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert not re.search(r"\S {4,}-", text), f"{path}: a \\ at an end is \\\\"
