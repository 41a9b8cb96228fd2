"""Commands that are killed, run side by side, or find the disk full."""

import signal

import pytest

from alx import projects
from alx.projects.store import log
from tests.forks import Forks, shared
from tests.projects import small_projects as small

SETTINGS = ("--set=steps=3", "--set=widths=4", "--set=batch=2", "--query=3")


def answer(folder):
  """Every case of the last round gets its class; every other is edited."""
  path = sorted((folder / "rounds").iterdir())[-1]
  work = path / "out/reader1/worklist.csv"
  rows = small.rows_of(work)
  small.fill(
    work,
    {
      r["uid"]: {"label": ("dark", "bright")[i % 2]} for i, r in enumerate(rows)
    },
  )


def steps_of(place):
  folder = place / "p"
  data = f"--data={place / 'in'}"
  yield ("init", folder, data, "--classes=dark,bright", *SETTINGS)
  yield ("next", folder)
  answer(folder)
  yield ("import", folder)
  yield ("next", folder)
  answer(folder)
  yield ("import", folder)
  yield ("fit", folder)
  yield ("export", folder, f"--out={place / 'out'}")


def plain(folder):
  """The state without what a time or a repeated start changes."""
  state = projects.open_project(folder).state
  answers = {
    key: [s._replace(number=0, about={}) for s in found]
    for key, found in state.submissions.items()
  }
  models = {
    v: (m.about["parameters"], m.about["labels_sha256"], m.state)
    for v, m in state.models.items()
  }
  replies = [reply._replace(at=0.0) for reply in state.desk.replies]
  rounds = {
    n: r._replace(tasks=tuple(t._replace(at=0.0) for t in r.tasks))
    for n, r in state.rounds.items()
  }
  kept = state._replace(
    rounds=rounds,
    submissions=answers,
    models=models,
    last=None,
    desk=state.desk._replace(replies=replies),
  )
  return {**kept._asdict(), "settings": dict(state.settings)}


def until_done(forks, words, folder):
  """The command, killed at its writes 1, 2, 4, 8 ...; how often it was."""
  kills, at = 0, 1
  while True:
    before = _events(folder)
    hook = "from tests.projects.small_projects import kill_at; "
    fork = forks.start("project", *words, before=f"{hook}kill_at({at})")
    if fork.wait() != -signal.SIGKILL:
      ran(fork)
      return kills
    kills, at = kills + 1, 2 * at
    after = _events(folder)
    assert after[: len(before)] == before  # nothing that was told is lost
    if after:
      assert log.problems(folder) == []


def ran(fork):
  code, told = fork.ended()
  known = ("no answer yet", "a new folder", "a new or empty folder")
  assert code == 0 or any(word in told for word in known), told


@pytest.mark.slow
def test_killed_at_any_point_nothing_is_lost(tmp_path):
  forks = Forks(tmp_path)
  try:
    for name in ("whole", "killed"):
      small.pictures(tmp_path / name / "in", 12)
    for words in steps_of(tmp_path / "whole"):
      ran(forks.start("project", *words))
    kills = 0
    for words in steps_of(tmp_path / "killed"):
      kills += until_done(forks, words, tmp_path / "killed/p")
  finally:
    forks.close()
  assert kills >= 20
  assert projects.verify(tmp_path / "killed/p") == []
  assert plain(tmp_path / "killed/p") == plain(tmp_path / "whole/p")
  assert _files(tmp_path / "killed/out") == _files(tmp_path / "whole/out")
  assert not list((tmp_path / "killed/p").rglob(".partial-*"))


def _events(folder):
  try:
    return log.read(folder)[0]
  except ValueError:  # not begun
    return []


def _files(folder):
  return {
    str(p.relative_to(folder)): p.read_bytes()
    for p in folder.rglob("*")
    if p.is_file()
  }


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_the_same_command_goes_on(tmp_path):
  folder = small.of_volumes(tmp_path)
  path = small.asked(folder, query=2)
  for row in small.rows_of(path / "worklist.csv"):
    small.save(path / row["labels_out"])
  before = (folder / "events.jsonl").read_bytes()
  limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (700, 700))"
  code, told = shared().start("project", "import", folder, before=limit).ended()
  assert code == 1 and "the same command goes on" in told, told
  assert len(told.strip().splitlines()) == 1
  assert (folder / "events.jsonl").read_bytes() == before
  assert projects.verify(folder) == []
  code, told = shared().start("project", "import", folder).ended()
  assert code == 0 and "2 answers: 2 accepted" in told


@pytest.mark.slow
def test_two_at_once_one_steps_aside(tmp_path):
  folder = small.of_volumes(tmp_path)
  with projects.working(folder):
    code, told = shared().start("project", "next", folder).ended()
  assert code == 3 and "works there" in told
  both = [shared().start("project", "next", folder, "--query=1") for _ in "ab"]
  codes = sorted(fork.ended()[0] for fork in both)
  assert codes in ([0, 2], [0, 3])
  assert len(projects.open_project(folder).state.rounds) == 1
