"""alx serve --open: people are taken to the page by their own browser."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

pytest.importorskip("ipyniivue", reason="wants the extra alx[serve]")

from tests.serve.page import page_cases as cases

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_browser_is_sent_to_the_page(tmp_path):
  image, label = cases.ball((6, 7, 8))
  data = cases.volumes(tmp_path / "data", [image], [cases.affine_of("LPS")])
  folder = cases.asked_project(tmp_path / "balls", data, drafts=[label])
  told = tmp_path / "address"
  browser = tmp_path / "browser"
  browser.write_text(
    f'#!/bin/sh\necho "$1" > {told}.part; mv {told}.part {told}\n'
  )
  browser.chmod(0o700)
  command = [sys.executable, "-m", "alx.commands.serve", folder]
  server = subprocess.Popen(
    [*command, "--port=0", "--open"],
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
    cwd=ROOT,
    env=os.environ | {"BROWSER": f"{browser} %s"},
  )
  try:
    end = time.monotonic() + 60
    while not told.exists() and time.monotonic() < end:
      assert server.poll() is None
      time.sleep(0.05)
    address = told.read_text().strip()
    with urllib.request.urlopen(address) as reply:
      assert b"<title>Label images</title>" in reply.read()
  finally:
    server.send_signal(signal.SIGINT)
    said, _ = server.communicate(timeout=30)
  assert address.endswith("/label/")
  assert f"people label at {address}" in said
  assert server.returncode == 128 + signal.SIGINT
