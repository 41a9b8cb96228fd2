"""The log: chained, appended, mended after a kill, read when it is whole."""

import errno
import hashlib
import json
import os

import pytest

from alx.data.dataset import DataError
from alx.projects.store import blobs, events, log


def begun(folder, count=5):
  folder.mkdir(exist_ok=True)
  news = [("opened", {"case": f"c{i}", "seconds": i}) for i in range(count)]
  log.begin(folder, news)
  return folder


def lines_of(folder):
  return (folder / log.LOG).read_bytes().splitlines(keepends=True)


def put_lines(folder, lines):
  (folder / log.LOG).write_bytes(b"".join(lines))


def test_the_chain_by_hand():
  (one, two) = events.chained(
    [("opened", {"b": 1, "a": "é"}), ("opened", {})], None, "T"
  )
  body = '[1,"T","opened",{"a":"é","b":1},"' + "0" * 64 + '"]'
  assert one.sha256 == hashlib.sha256(body.encode()).hexdigest()
  assert two.before == one.sha256 and two.number == 2
  assert json.loads(events.encode(one))["prev_sha256"] == "0" * 64


def test_what_is_added_is_read(tmp_path):
  folder = begun(tmp_path / "p")
  found, torn = log.read(folder)
  assert [e.about["case"] for e in found] == ["c0", "c1", "c2", "c3", "c4"]
  added = log.append(folder, found[-1], [("opened", {"case": "new"})])
  assert log.read(folder) == ([*found, *added], b"") and torn == b""
  assert log.problems(folder) == []


def test_unknown_kinds_and_no_json_are_no_events(tmp_path):
  with pytest.raises(ValueError, match="wanted an event of"):
    events.chained([("forged", {})], None, "T")
  with pytest.raises(ValueError, match="JSON"):
    events.chained([("opened", {"x": float("nan")})], None, "T")


def edit(line, old, new):
  assert old in line
  return line.replace(old, new)


def rehashed(line):
  """A forger who computes the hash of the line anew."""
  found = json.loads(line)
  event = events.Event(
    *(found["n"], found["time"], found["type"], {"case": "c9"}),
    *(found["prev_sha256"], ""),
  )
  body = [event.number, event.time, event.kind, event.about, event.before]
  sha256 = hashlib.sha256(events.canonical(body)).hexdigest()
  return events.encode(event._replace(sha256=sha256))


@pytest.mark.parametrize(
  ("harm", "line", "word"),
  [
    (lambda x: [*x[:2], edit(x[2], b"c2", b"c7"), *x[3:]], 3, "edited"),
    (lambda x: [*x[:2], edit(x[2], b":", b": "), *x[3:]], 3, "edited"),
    (lambda x: [*x[:2], *x[3:]], 3, "does not follow"),
    (lambda x: [x[1], x[0], *x[2:]], 1, "does not follow"),
    (lambda x: [*x[:2], x[2], x[2], *x[3:]], 4, "does not follow"),
    (lambda x: [*x[:2], rehashed(x[2]), *x[3:]], 4, "does not follow"),
    (lambda x: [*x[:4], rehashed(x[4])], 5, "not the one that HEAD"),
    (lambda x: [*x[:2], b"\n", *x[2:]], 3, "no event"),
    (lambda x: [*x[:2], b'{"n": 3}\n', *x[3:]], 3, "no event"),
    (lambda x: x[:4], 0, "1 lines are missing"),
    (lambda x: x[:0], 0, "5 lines are missing"),
    (lambda x: [*x[:4], x[4][:40]], 0, "missing"),
    (lambda x: x[1:], 1, "does not follow"),
  ],
)
def test_every_harm_to_a_line_is_found(tmp_path, harm, line, word):
  folder = begun(tmp_path / "p")
  put_lines(folder, harm(lines_of(folder)))
  found = log.problems(folder)
  assert word in found[0]
  assert not line or f"line {line}:" in found[0]
  with pytest.raises(DataError) as error:
    log.read(folder)
  assert "\n" not in str(error.value)


def test_a_log_that_was_written_anew_has_another_head(tmp_path):
  folder = begun(tmp_path / "p")
  head = log.read(folder)[0][3].sha256
  assert log.problems(folder, head[:16]) == []
  log.begin(folder, [("opened", {"case": "other"})])
  assert log.problems(folder) == []
  assert "written anew" in log.problems(folder, head[:16])[0]


def test_a_kill_within_a_line(tmp_path):
  folder = begun(tmp_path / "p")
  before = log.read(folder)[0]
  with open(folder / log.LOG, "ab") as file:
    file.write(b'{"n": 6, "time')
  assert log.problems(folder) == []  # nobody was told of that line
  found, torn = log.read(folder)
  assert found == before and torn == b'{"n": 6, "time'
  log.mend(folder, torn)
  assert log.read(folder) == (before, b"")


def test_a_kill_before_the_head_is_noted(tmp_path):
  folder = begun(tmp_path / "p")
  head = (folder / log.HEAD).read_bytes()
  log.append(folder, log.read(folder)[0][-1], [("opened", {})])
  (folder / log.HEAD).write_bytes(head)
  assert log.problems(folder) == [] and len(log.read(folder)[0]) == 6


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path, monkeypatch):
  folder = begun(tmp_path / "p")
  before = (folder / log.LOG).read_bytes()
  real = os.fsync
  calls = []

  def full(handle):
    calls.append(handle)
    if len(calls) == 1:
      raise OSError(errno.ENOSPC, "No space left on device")
    real(handle)

  monkeypatch.setattr(os, "fsync", full)
  with pytest.raises(OSError, match="No space"):
    log.append(folder, log.read(folder)[0][-1], [("opened", {})])
  monkeypatch.undo()
  assert (folder / log.LOG).read_bytes() == before
  assert log.problems(folder) == []


def test_no_project(tmp_path):
  with pytest.raises(DataError, match="alx project init"):
    log.read(tmp_path)


def test_blobs(tmp_path):
  sha256 = blobs.put(tmp_path, b"label")
  assert sha256 == hashlib.sha256(b"label").hexdigest()
  assert blobs.put(tmp_path, b"label") == sha256
  assert blobs.get(tmp_path, sha256) == b"label"
  assert blobs.problems(tmp_path, {sha256}) == []
  blobs.path_of(tmp_path, sha256).write_bytes(b"lab")
  with pytest.raises(DataError, match="that its name tells"):
    blobs.get(tmp_path, sha256)
  assert "changed" in blobs.problems(tmp_path, {sha256})[0]
  assert blobs.put(tmp_path, b"label") == sha256  # mended
  assert "gone" in blobs.problems(tmp_path, {"f" * 64})[0]


def test_what_a_kill_left_of_a_blob_goes(tmp_path):
  sha256 = blobs.put(tmp_path, b"label")
  left = blobs.path_of(tmp_path, sha256).with_name(".partial-12ab")
  left.write_bytes(b"la")
  blobs.sweep(tmp_path)
  assert not left.exists() and blobs.get(tmp_path, sha256) == b"label"
