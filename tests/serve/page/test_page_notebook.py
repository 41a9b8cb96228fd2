"""The page in a notebook, without a notebook."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import http.client
import json
import re
import sys
import types

import pytest

pytest.importorskip("ipyniivue", reason="wants the extra alx[serve]")

from alx.data.dataset import DataError
from alx.runs.disk.claim import Held
from alx.serve import review
from tests.serve.page import page_cases as cases


@pytest.fixture
def folder(tmp_path):
  image, label = cases.ball((6, 7, 8))
  data = cases.volumes(
    tmp_path / "data", [image] * 2, [cases.affine_of("LPS")] * 2
  )
  return cases.asked_project(
    tmp_path / "balls", data, readers=("anna", "ben"), drafts=[label]
  )


def test_a_frame_with_a_token_that_tells_the_reader(folder):
  page = review(folder, "ben")
  try:
    src = re.search(r'src="([^"]+)"', page._repr_html_())[1]
    place, token = re.fullmatch(
      r"http://([^/]+)/label/#token=([0-9a-f]{32})", src
    ).groups()
    link = http.client.HTTPConnection(place, timeout=20)
    link.request("GET", "/label/")
    reply = link.getresponse()
    policy = reply.headers["content-security-policy"]
    assert (reply.status, "frame-ancestors" in policy) == (200, False)
    reply.read()
    for given, code in ((token, 200), ("0" * 32, 401)):
      link.request(
        "POST", "/label/api/next", b"{}", {"authorization": f"Bearer {given}"}
      )
      reply = link.getresponse()
      told = json.loads(reply.read())
      assert reply.status == code
      assert code != 200 or told["case"] == "case_002"  # ben's
    link.close()
    with pytest.raises(Held):
      review(folder, "anna")
  finally:
    page.close()
  review(folder, "anna").close()


def test_another_reader_is_told_who_there_is(folder):
  for name in ("", "eve"):
    with pytest.raises(DataError, match="anna, ben"):
      review(folder, name)


def test_colab_has_an_address_of_its_own(folder, monkeypatch):
  colab = types.SimpleNamespace(eval_js=lambda code: f"https://x/?{code}/")
  page = review(folder, "anna")
  monkeypatch.setitem(sys.modules, "google.colab.output", colab)
  try:
    wanted = f"https://x/?google.colab.kernel.proxyPort({page.port})/label/#"
    assert wanted in page._repr_html_()
  finally:
    page.close()
