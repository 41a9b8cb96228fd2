import io
import pathlib

import pytest
from rich.console import Console

from experiments import command


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


def test_a_long_path_is_not_wrapped():
  console = Console(file=io.StringIO(), width=20)
  page = pathlib.Path("/" + "long/" * 9 + "report.html")
  command.tell_report(console, page)
  assert console.file.getvalue() == f"report: {page}\n"


def test_a_run_is_named_after_its_data():
  assert command.workdir_of("a/slices.v2.npz", None) == pathlib.Path(
    "runs/slices.v2"
  )
  assert command.workdir_of("a/slices.npz", "w") == pathlib.Path("w")
