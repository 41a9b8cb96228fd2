"""The commands of a project, as people type them."""

import stat
import sys

import pytest

from alx import projects
from tests import command_line as commands
from tests.forks import shared
from tests.projects import small_projects as small


def ran(*words):
  code, told = shared().start("project", *words).ended()
  return code, told


def test_the_loop_tells_what_is_next(tmp_path):
  small.volumes(tmp_path / "in", 5)
  folder = tmp_path / "p"
  code, told = ran(
    *("init", folder, f"--data={tmp_path / 'in'}"),
    *("--classes=background,anterior,posterior", "--query=2"),
  )
  assert code == 0, told
  assert "5 images copied, 0 with a label" in told
  assert "p-names.csv" in told and f"next: alx project next {folder}" in told
  code, told = ran("next", folder)
  assert code == 0, told
  assert "round 1: 2 cases, asked by facility_location, no drafts yet" in told
  path = folder / "rounds/round_001"
  rows = small.rows_of(path / "worklist.csv")
  small.save(path / rows[0]["labels_out"])
  (path / rows[1]["labels_out"]).write_bytes(b"<html>")
  code, told = ran("import", folder)
  assert code == 0
  assert f"round 1 reader1: {rows[0]['uid']}.nii.gz: accepted" in told
  assert "quarantined(wanted NIfTI or NRRD, found HTML or XML)" in told
  assert "2 answers: 1 accepted, 1 quarantined" in told
  code, told = ran("status", folder)
  assert code == 0 and "train: 1 asked, 1 labelled, 3 pool" in told
  code, told = ran("verify", folder)
  assert code == 0 and "as it was written" in told
  code, told = ran("export", folder, f"--out={tmp_path / 'out'}")
  assert code == 0 and "1 labels to train on" in told
  code, told = ran("report", folder)
  head = projects.open_project(folder).state.last.sha256
  assert code == 0 and head in (folder / "audit.html").read_text()
  assert ran("verify", folder, f"--head={head[:12]}")[0] == 0
  log = folder / "events.jsonl"
  log.write_bytes(log.read_bytes().replace(b"reader1", b"readerX"))
  code, told = ran("verify", folder)
  assert code == 1 and "edited" in told


def test_open_takes_the_time_on_a_copy(tmp_path):
  folder = small.of_volumes(tmp_path)
  path = small.asked(folder, query=1)
  (row,) = small.rows_of(path / "worklist.csv")
  script = tmp_path / "viewer"
  script.write_text(
    f"#!{sys.executable}\n"
    "import sys, nibabel, numpy as np\n"
    "image, work = sys.argv[1:3]\n"
    "x = nibabel.load(work)\n"
    "a = np.asarray(x.dataobj).copy(); a[0, 0, 0] = 1\n"
    "nibabel.save(nibabel.Nifti1Image(a, x.affine, x.header), work)\n"
  )
  script.chmod(script.stat().st_mode | stat.S_IXUSR)
  words = "open", folder, row["uid"], f"--viewer={script} {{image}} {{work}}"
  code, told = ran(*words)
  assert code == 0 and "saved: " in told, told
  small.taken(folder)
  state = projects.open_project(folder).state
  (found,) = state.submissions[row["uid"], "reader1"]
  assert found.about["time_source"] == "opened"
  assert found.about["changed_voxels"] == 1
  code, told = ran("open", folder, row["uid"], "--viewer=true {work}")
  assert code == 0 and "nothing was changed" in told


def test_what_is_wrong_is_one_line(tmp_path):
  folder = small.of_volumes(tmp_path)
  data, classes = f"--data={tmp_path / 'in'}", "--classes=background,a"
  cases = {
    (): "wanted a word of init, next, import",
    ("nxt", folder): "found 'nxt'",
    ("next",): "wanted alx project next DIR, found 0 words",
    ("next", folder, "--out=x"): "next has no --out",
    ("status", tmp_path / "in"): "alx project init makes one",
    ("init", tmp_path / "n", classes): "wanted --data",
    ("init", tmp_path / "n", data): "wanted --classes",
    ("init", folder, data, classes): "a new folder",
    ("init", tmp_path / "n", data, classes, "--test=2"): "--test",
    ("init", tmp_path / "n", data, classes, "--set=stps=3"): "stps",
    ("init", tmp_path / "n", data, classes, "--readers=a b"): "--readers",
    ("init", tmp_path / "n", data, classes, "--readers=a,A"): "--readers",
    ("next", folder, "--acquisition=bald"): "wants a model",
    ("fit", folder): "wanted labels to train on",
    ("export", folder): "wanted --out",
    ("export", folder, f"--out={tmp_path / 'o'}"): "wanted labels to export",
    ("open", folder, "case_001"): "a case that was asked",
    ("rollback", folder): "served before",
    ("import", folder, f"--round={tmp_path}"): "a round of the project",
  }
  lines = commands.errors_of("alx.commands.project", *cases)
  for line, (words, wanted) in zip(lines, cases.items(), strict=True):
    assert wanted in line, (words, line)


@pytest.mark.parametrize("word", ["next DIR", "import DIR", "export DIR"])
def test_help_is_one_screen(word):
  code, told = commands.help_of("alx.commands.project")
  assert code == 0 and word in told
  loop = told.split("\n\n")
  assert sum(len(part.splitlines()) for part in loop[:5]) < 40
