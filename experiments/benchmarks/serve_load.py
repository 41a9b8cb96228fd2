"""Readers at once on one server: what they wait for, and if a label is lost.

    python -m experiments.benchmarks.serve_load
    python -m experiments.benchmarks.serve_load --minutes=30 --think=2

A project of volumes with a draft each, `alx serve` in a process of its own, and
readers that ask, look at image and draft, think for a while, and send a label
that no other case has. Afterwards the log is read: every label that was taken
is there once, of the one who sent it, with the voxels of its case. Ends with 1
if one is lost, doubled or crossed.
"""

import contextlib
import http.client
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

import nibabel
import numpy as np
from absl import app, flags

from alx import projects
from alx.projects.cases.targets import encode_label, grid_of, label_of

_READERS = flags.DEFINE_integer("readers", 8, "At once.", 1)
_MINUTES = flags.DEFINE_float("minutes", 2.0, "That they work.", 0.01)
_THINK = flags.DEFINE_float("think", 1.0, "Mean seconds over a case.", 0.0)
_SHAPE = flags.DEFINE_list("shape", ["36", "50", "36"], "Voxels of a volume.")
_CASES = flags.DEFINE_integer("cases", 0, "Volumes; 0: enough for the time.", 0)
_WORKDIR = flags.DEFINE_string("workdir", None, "Default: a temporary folder.")

NAMES = "background", "anterior", "posterior"
_MARK = "----------alx"


class Call(NamedTuple):
  """One request."""

  what: str  # next, image, draft, save
  seconds: float
  code: int


class Sent(NamedTuple):
  """A label that the server has taken."""

  case: str
  reader: str


def make_project(folder, readers, count, shape):
  """Volumes with a draft of a version that the log only tells of."""
  images = folder / "images"
  images.mkdir(parents=True)
  rng = np.random.default_rng(0)
  block = np.zeros(shape, np.float32)
  block[tuple(slice(n // 4, n // 2) for n in shape)] = 4
  for number in range(count):
    voxels = block + rng.standard_normal(shape).astype(np.float32)
    image = nibabel.Nifti1Image(voxels, np.diag([1.0, 1, 1, 1]))
    nibabel.save(image, images / f"scan_{number:05d}.nii.gz")
  made = projects.Settings(
    str(images), NAMES, readers=readers, validation=0.0, labels="none"
  )
  place = projects.begin(folder / "project", made).project.folder
  with projects.working(place) as project:
    project.add(*_events(project, readers, block > 0))
  return place


def _events(project, readers, draft):
  uids = sorted(project.state.cases)
  content = encode_label(draft.astype(np.uint8), _grid(project, uids[0]))
  told = {"sha256": project.put(content), "model": 1, "summary": {}}
  about = {"version": 1, "labels_sha256": "", "files": {}, "parameters": ""}
  yield "fit_done", about
  yield "promoted", {"version": 1, "from": 0}
  yield "round_made", {"round": 1, "model": 1, "method": "random"}
  for rank, uid in enumerate(uids, 1):
    yield (
      "leased",
      {
        **{"case": uid, "reader": readers[rank % len(readers)], "round": 1},
        **{"rank": rank, "reason": "drawn", "arm": "draft", "draft": told},
      },
    )


def _grid(project, uid):
  return grid_of(project.state.cases[uid])


def label_for(uid, shape):
  """A label map that only this case has."""
  label = np.zeros(shape, np.uint8)
  label[tuple(slice(n // 4, n // 2) for n in shape)] = 1
  number = int(uid.rpartition("_")[2])
  for bit in range(16):
    label[0, 0, bit] = 2 if number >> bit & 1 else 1
  return label


class Reader(threading.Thread):
  """One who works until the time is over or nothing is left."""

  def __init__(self, name, port, project, end, think):
    super().__init__(daemon=True)
    self._reader, self._port, self._project = name, port, project
    self._end, self._think = end, think
    self.calls, self.sent, self.failed = [], [], []

  def run(self):
    """Asks, looks, thinks, sends."""
    moments = random.Random(self._reader)
    while time.monotonic() < self._end:
      found = self._call("next", "POST", "/activelearning/alx", self._words())
      case = json.loads(found) if found else None
      if not case:
        return
      self._call("image", "GET", f"/datastore/image?image={case['id']}")
      self._call("draft", "POST", f"/infer/alx?image={case['id']}", _form())
      time.sleep(moments.expovariate(1 / self._think) if self._think else 0)
      grid = _grid(self._project, case["name"])
      content = encode_label(label_for(case["name"], grid.shape), grid)
      path = f"/datastore/label?image={case['id']}"
      if self._call("save", "PUT", path, _form(content)):
        self.sent.append(Sent(case["name"], self._reader))

  def _words(self):
    body = json.dumps({"client_id": self._reader}).encode()
    return body, {"content-type": "application/json"}

  def _call(self, what, method, path, sent=(None, {})):
    begun = time.monotonic()
    link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
    with contextlib.closing(link):
      link.request(method, path, *sent)
      got = link.getresponse()
      data = got.read()
    self.calls.append(Call(what, time.monotonic() - begun, got.status))
    if got.status != 200:
      self.failed.append(
        (what, got.status, data[:200].decode("utf-8", "replace"))
      )
      return b""
    return data


def _form(content=None):
  """A body in parts, as clients send it."""
  head = (
    f'--{_MARK}\r\nContent-Disposition: form-data; name="params"\r\n\r\n{{}}'
  )
  data = head.encode()
  if content is not None:
    head = 'Content-Disposition: form-data; name="label"; filename="a.nii.gz"'
    data += f"\r\n--{_MARK}\r\n{head}\r\n\r\n".encode() + content
  data += f"\r\n--{_MARK}--\r\n".encode()
  return data, {"content-type": f"multipart/form-data; boundary={_MARK}"}


@contextlib.contextmanager
def serving(place):
  """The port of a server in a process of its own."""
  words = ("-m", "alx.commands.main", "serve", str(place))
  server = subprocess.Popen(
    [sys.executable, *words, "--port=0", "--ahead=0"],
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    text=True,
  )
  try:
    line = next(text for text in server.stdout if "serves at" in text)
    yield int(line.rpartition(":")[2])
  finally:
    server.terminate()
    server.wait()


def problems(place, sent):
  """A line for every label that is lost, doubled or crossed."""
  project = projects.open_project(place)
  lines = [*projects.verify(place)]
  there = project.state.submissions
  for case, reader in sent:
    if (case, reader) not in there:
      lines.append(f"{case} of {reader}: lost")
  if len({case for case, _ in sent}) < len(sent):
    lines.append("a case was taken twice")
  for (case, reader), revisions in there.items():
    if len(revisions) > 1:
      lines.append(f"{case} of {reader}: {len(revisions)} times")
    found = label_of(project, case, revisions[-1].label)
    if (found != label_for(case, found.shape)).any():
      lines.append(f"{case} of {reader}: has voxels of another case")
  return lines


def row(what, calls):
  """What a kind of request took."""
  seconds = np.array([call.seconds for call in calls if call.what == what])
  if not len(seconds):
    return f"| {what} | 0 | | | |"
  middle, high = np.percentile(seconds, (50, 95)) * 1000
  worst = seconds.max() * 1000
  return (
    f"| {what} | {len(seconds)} | {middle:.0f} | {high:.0f} | {worst:.0f} |"
  )


def measure(folder, readers, minutes, think, count, shape):
  """(calls, sent, failed, problems) of readers at work."""
  names = tuple(f"reader{n}" for n in range(1, readers + 1))
  count = count or int(readers * minutes * 60 / max(think, 0.3)) + readers
  place = make_project(folder, names, count, shape)
  with serving(place) as port:
    project = projects.open_project(place)
    end = time.monotonic() + 60 * minutes
    workers = [Reader(n, port, project, end, think) for n in names]
    for worker in workers:
      worker.start()
    for worker in workers:
      worker.join()
  calls = [call for worker in workers for call in worker.calls]
  sent = [x for worker in workers for x in worker.sent]
  failed = [x for worker in workers for x in worker.failed]
  return calls, sent, failed, problems(place, sent)


def main(argv):
  """Prints a table."""
  if argv[1:]:
    raise app.UsageError(f"flags only, found {argv[1:]}")
  shape = tuple(int(n) for n in _SHAPE.value)
  with contextlib.ExitStack() as stack:
    folder = _WORKDIR.value or stack.enter_context(
      tempfile.TemporaryDirectory()
    )
    calls, sent, failed, wrong = measure(
      pathlib.Path(folder),
      *(_READERS.value, _MINUTES.value, _THINK.value, _CASES.value, shape),
    )
  print(f"{_READERS.value} readers, {_MINUTES.value:g} min, {len(sent)} labels")
  print("| request | number | median ms | p95 ms | worst ms |")
  print("| --- | --- | --- | --- | --- |")
  for what in ("next", "image", "draft", "save"):
    print(row(what, calls))
  print(f"{len(failed)} requests failed: {failed[:3]}")
  print(f"{len(wrong)} labels lost, doubled or crossed: {wrong[:3]}")
  sys.exit(1 if wrong or failed else 0)


if __name__ == "__main__":
  app.run(main)
