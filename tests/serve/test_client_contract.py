"""A client that nobody here wrote, as it comes from its index, unchanged."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import contextlib
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

from alx import projects
from alx.projects.cases.targets import label_of
from tests.projects.label_files import SHAPE
from tests.serve import served

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIVER = pathlib.Path(__file__).with_name("monai_driver.py")
CLIENT = "monailabel==0.8.5"
NAMED = "ALX_MONAILABEL_PYTHON"


@pytest.fixture(scope="module")
def python():
  """A Python with the client and `requests` alone."""
  if os.environ.get(NAMED):
    return os.environ[NAMED]
  if sys.version_info >= (3, 13):
    pytest.skip(f"the client imports cgi, gone in 3.13: set {NAMED}")
  version = f"{sys.version_info[0]}.{sys.version_info[1]}"
  place = pathlib.Path(tempfile.gettempdir()) / f"alx-monailabel-{version}"
  there = place / "bin" / "python"
  if not (place / "whole").exists():
    run = lambda *words: subprocess.run(  # noqa: E731
      words, check=True, capture_output=True, timeout=300
    )
    try:
      run(sys.executable, "-m", "venv", "--clear", str(place))
      pip = (str(there), "-m", "pip", "install", "-q")
      run(*pip, "--no-deps", CLIENT)
      run(*pip, "requests")
      (place / "whole").touch()
    except (OSError, subprocess.SubprocessError) as error:
      pytest.skip(f"{CLIENT} cannot be had: {type(error).__name__}")
  return str(there)


def free_port():
  with socket.socket() as found:
    found.bind(("127.0.0.1", 0))
    return found.getsockname()[1]


def start(place, port, *flags):
  """A server in a process of its own, when it listens."""
  words = (sys.executable, "-m", "alx.commands.main", "serve", str(place))
  server = subprocess.Popen(
    [*words, f"--port={port}", *flags],
    cwd=ROOT,
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    text=True,
  )
  for line in server.stdout:
    if "serves at" in line:
      return server
  raise AssertionError(f"it ended with {server.wait()}")


@contextlib.contextmanager
def running(place, port, *flags):
  server = start(place, port, *flags)
  try:
    yield server
  finally:
    server.terminate()
    server.wait(30)
    server.stdout.close()


def labels_of(place, folder):
  """A label map for each case that no other case has; {case: array}."""
  folder.mkdir()
  project, found = projects.open_project(place), {}
  for number, uid in enumerate(sorted(project.state.cases)):
    label = np.zeros(SHAPE, np.uint8)
    label.flat[: number % 150 + 3] = 1 + number // 150
    label[-1, -1, 0] = 2
    (folder / f"{uid}.nii.gz").write_bytes(served.label_of(project, uid, label))
    found[uid] = label
  return found


def drive(python, port, reader, labels, out, *login):
  url = f"http://127.0.0.1:{port}"
  words = (python, str(DRIVER), url, reader, str(labels), str(out), *login)
  return subprocess.Popen(words, cwd=labels, stderr=subprocess.PIPE, text=True)


def ended(*drivers):
  for driver in drivers:
    told = driver.communicate(timeout=240)[1]
    assert driver.returncode == 0, told


def lines_of(*outs):
  texts = (out.read_text().splitlines() for out in outs)
  return [json.loads(line) for text in texts for line in text]


def check_all(place, wanted, lines):
  """Each case once, by the one who has it, with the voxels of its own."""
  project = projects.open_project(place)
  state = project.state
  assert projects.verify(place) == []
  assert {uid for uid, _ in state.submissions} == set(wanted)
  assert len(state.submissions) == len(wanted)
  told = {line["case"]: line["reader"] for line in lines}
  for (uid, reader), revisions in state.submissions.items():
    assert len(revisions) == 1 and told.get(uid, reader) == reader
    found = label_of(project, uid, revisions[0].label)
    np.testing.assert_array_equal(found, wanted[uid])


def test_two_clients_never_have_the_same_of_200_cases(python, tmp_path):
  place = served.with_drafts(tmp_path, 200, blind=20)
  wanted = labels_of(place, tmp_path / "labels")
  outs = [tmp_path / f"{name}.jsonl" for name in served.READERS]
  port = free_port()
  with running(place, port, "--ahead=0"):
    ended(
      *(
        drive(python, port, name, tmp_path / "labels", out)
        for name, out in zip(served.READERS, outs, strict=True)
      )
    )
  lines = lines_of(*outs)
  cases = [line["case"] for line in lines]
  assert len(cases) == 200 == len(set(cases))
  assert sum(not line["draft"] for line in lines) == 20
  assert {line["reply"]["status"] for line in lines} == {"accepted"}
  check_all(place, wanted, lines)


def test_nothing_is_lost_when_the_server_is_killed(python, tmp_path):
  place = served.with_drafts(tmp_path, 60)
  wanted = labels_of(place, tmp_path / "labels")
  outs = [tmp_path / f"{name}.jsonl" for name in served.READERS]
  port, rng = free_port(), random.Random(0)
  server = start(place, port, "--ahead=0")
  drivers = [
    drive(python, port, name, tmp_path / "labels", out)
    for name, out in zip(served.READERS, outs, strict=True)
  ]
  for _ in range(3):
    time.sleep(rng.uniform(0.2, 1.2))
    server.kill()
    server.wait()
    server.stdout.close()
    server = start(place, port, "--ahead=0")
  try:
    ended(*drivers)
  finally:
    server.terminate()
    server.wait(30)
    server.stdout.close()
  check_all(place, wanted, lines_of(*outs))


_TALK = """
import json, sys, tempfile, warnings
warnings.simplefilter("ignore")
from monailabel.client import MONAILabelClient
url, name = sys.argv[1:]
client = MONAILabelClient(url, tempfile.mkdtemp(), client_id=name)
def told(call, *args, **named):
  try:
    return call(*args, **named)
  except Exception as error:
    return getattr(error, "msg", None) or repr(error)
"""


def talk(python, port, code, *words):
  """What the client prints at last."""
  url = f"http://127.0.0.1:{port}"
  text = _TALK + code
  done = subprocess.run(
    (python, "-c", text, url, *words),
    capture_output=True,
    text=True,
    timeout=120,
    check=True,
  )
  return json.loads(done.stdout)


def test_train_status_stop(python, tmp_path):
  place, port = served.with_drafts(tmp_path, 2), free_port()
  labels_of(place, tmp_path / "labels")
  out = tmp_path / "out"
  code = """
found = [told(client.train_status), client.train_status(check_if_running=True)]
found += [client.train_start("alx", {})["status"]]
found += [client.train_status(check_if_running=True)]
found += [told(client.train_start, "alx", {}), client.train_stop()]
found += [client.train_status(check_if_running=True)]
found += [told(client.remove_session, "x"), client.auth_enabled()]
print(json.dumps(found))
"""
  with running(place, port, "--ahead=0"):
    ended(drive(python, port, "anna", tmp_path / "labels", out))
    found = talk(python, port, code, "anna")
  assert "404" in found[0] and found[1] is False
  assert found[2] == "RUNNING" and found[3] is True
  assert "429" in found[4]
  assert {"status", "start_ts", "end_ts", "details"} <= set(found[5])
  assert found[5]["status"] == "STOPPED" and found[5]["details"]
  assert found[6] is False and "406" in found[7] and found[8] is False
  state = projects.open_project(place).state
  assert state.current == 1  # what serves was left alone


def test_log_in_and_out(python, tmp_path):
  place, port = served.with_drafts(tmp_path, 2), free_port()
  tokens = tmp_path / "tokens"
  tokens.write_text(
    f"anna annotator {'v' * 16}\nben annotator {'w' * 16}\nrita reviewer "
    f"{'r' * 16}\n"
  )
  tokens.chmod(0o600)
  code = """
found = [client.auth_enabled(), told(client.info)]
found += [told(client.auth_token, "anna", "x" * 16)]
client.update_auth(client.auth_token("anna", "v" * 16))
found += [client.auth_valid_token(), client.info()["labels"]]
case = client.next_sample("alx", {})
found += [case["reader"], client.infer("alx", case["id"], {})[1]["draft"]]
found += [client.datastore(), client.train_start("alx", {})["status"]]
found += [told(client.train_stop)]
client._headers = {}
found += [client.auth_valid_token(), told(client.next_sample, "alx", {})]
print(json.dumps(found))
"""
  with running(place, port, "--ahead=0", f"--tokens={tokens}"):
    found = talk(python, port, code, "user-xyz")
  assert found[0] is True
  assert "401" in found[1] or "(1" in found[1]
  assert found[3] is True and found[4] == ["anterior", "posterior"]
  assert found[5] == "anna" and found[6] is True
  assert found[7] == {"objects": {}}
  assert found[8] == "PENDING"  # an annotator asks, a reviewer does
  assert found[10] is False
  # No token is of the digits that a hash is written in.
  assert not re.search("v{16}|w{16}", (place / "events.jsonl").read_text())
