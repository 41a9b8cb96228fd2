"""The page with several readers, tabs, lost servers, classes, and no mouse."""

import numpy as np
import pytest

from alx.projects import open_project
from tests.serve.page import page_cases as cases
from tests.serve.page.test_page_browser import answer, bright

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AT_DOOR = "alx.project && !document.querySelector('#door').hidden"
ENTER, TAB, DOWN, LEFT = "\ue007", "\ue004", "\ue015", "\ue012"


@pytest.fixture(scope="module")
def browser():
  with cases.browsing() as made:
    yield made


@pytest.fixture(autouse=True)
def as_new(browser):
  """Nobody is signed in, and no tab is left of the test before."""
  yield
  browser.close_others()
  browser.js("sessionStorage.clear()")
  browser.driver.get("about:blank")


def balls(tmp_path, count=3, **how):
  image, label = cases.ball((12, 14, 16))
  data = cases.volumes(
    tmp_path / "data", [image] * count, [cases.affine_of("LPS")] * count
  )
  how.setdefault("drafts", [label] * count)
  return cases.asked_project(tmp_path / "balls", data, **how), label


def test_two_readers_by_name_in_two_tabs(tmp_path, browser):
  folder, _ = balls(tmp_path, 4, readers=("anna", "ben"))
  with cases.serving(folder) as address:
    browser.open(address, AT_DOOR)
    browser.keys(TAB, ENTER)  # the first name
    browser.wait(browser.READY)
    assert browser.text("who") == "anna"
    anna = browser.case()
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    browser.open(address, AT_DOOR)
    browser.keys(DOWN, TAB, ENTER)
    browser.wait(browser.READY)
    assert browser.text("who") == "ben"
    assert browser.case() != anna
    browser.click("accept")
    browser.wait("alx.last")
    browser.driver.switch_to.window(first)
    browser.keys("a")
    browser.next_case(anna)
  state = open_project(folder).state
  assert sorted(reader for _, reader in state.submissions) == ["anna", "ben"]


def test_one_reader_in_two_tabs_goes_on_in_one_and_loses_nothing(
  tmp_path, browser
):
  folder, _ = balls(tmp_path)
  with cases.serving(folder) as address:
    browser.open(address)
    browser.keys("b", " ", DOWN, DOWN, " ")
    browser.wait("alx.work.changes.length === 2")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    browser.open(address, "document.querySelector('#ask').open")
    assert "another tab" in browser.text("ask-text")
    browser.keys(ENTER)
    browser.wait(browser.READY)
    assert browser.js("return alx.work.changes.length") == 2
    browser.driver.switch_to.window(first)
    assert "another tab" in browser.text("hint")
    assert browser.js("return document.getElementById('desk').hidden")


def test_a_lease_that_is_over_loses_nothing(tmp_path, browser):
  folder, _ = balls(tmp_path, readers=("anna", "ben"))
  with cases.serving(folder, lease_s=2.0) as address:
    browser.js("return 0")
    browser.driver.get(address)
    browser.js("sessionStorage.setItem('alx-reader', 'anna')")
    browser.open(address)
    case = browser.case()
    browser.keys("b", " ")
    browser.wait("alx.work.warned")
    assert "is over" in browser.text("hint")
    browser.keys("s")
    browser.next_case(case)
  found, _ = answer(folder, case)
  assert any("lease" in flag for flag in found.about["flags"])


def test_a_server_that_is_gone_is_told_and_nothing_is_lost(tmp_path, browser):
  folder, _ = balls(tmp_path)
  with cases.serving(folder) as address:
    browser.open(address)
    port = int(address.split(":")[2].split("/")[0])
    browser.keys("b", " ")
    browser.wait("alx.work.changes.length === 1")
  browser.keys("s")
  browser.wait("!document.getElementById('error').hidden && !alx.busy")
  assert "does not answer" in browser.text("error")
  with cases.serving(folder, port=port):
    browser.keys("s")
    browser.next_case("case_001")
    assert browser.text("error") == ""
  assert answer(folder, "case_001")[0].decision == "edit"


def test_a_token_tells_who_it_is(tmp_path, browser):
  from alx.serve.access import Access, Person, mark_of

  folder, _ = balls(tmp_path, readers=("anna", "ben"))
  people = {mark_of("b" * 20): Person("ben", "annotator")}
  with cases.serving(folder, access=Access(people)) as address:
    browser.open(address, AT_DOOR)
    browser.keys("wrong", ENTER)
    browser.wait("!document.getElementById('error').hidden && !alx.busy")
    assert "who are you" in browser.text("error")
    field = browser.driver.find_element("id", "token")
    field.clear()
    field.send_keys("b" * 20, ENTER)
    browser.wait(browser.READY)
    assert browser.text("who") == "ben"


def test_rejected_drafts_are_drawn_anew_and_empty_wants_a_word(
  tmp_path, browser
):
  folder, _ = balls(tmp_path)
  with cases.serving(folder) as address:
    browser.open(address)
    browser.keys("r")
    browser.wait("alx.work.isRejected && !alx.busy")
    browser.keys("z")
    browser.wait("!alx.work.isChanged && !alx.busy")
    browser.keys("r", "2", "b", " ")
    browser.wait("alx.work.changes.length === 2 && !alx.busy")
    browser.keys("s")
    browser.next_case("case_001")
    browser.keys("n", ENTER)
    browser.next_case("case_002")
  found, label = answer(folder, "case_001")
  assert found.decision == "reject"
  assert set(np.unique(label)) == {0, 2}
  assert answer(folder, "case_002")[1].max() == 0


def test_a_picture_is_drawn_where_it_is_clicked(tmp_path, browser):
  image = np.zeros((30, 50), np.uint8)
  image[4, 9] = 255  # row, column
  data = cases.pictures(tmp_path / "data", [image])
  folder = cases.asked_project(tmp_path / "flat", data)
  with cases.serving(folder) as address:
    browser.open(address)
    places = bright(browser)
    middle = np.median(places, 0)
    assert middle[0] < 0.45
    assert middle[1] < 0.45  # the first rows are on top
    browser.keys("b")
    browser.js("alx.stage.size(-29)")
    browser.drag(middle, middle)
    browser.wait("alx.work.changes.length === 1")
    browser.keys("s")
    browser.wait("!alx.work && !alx.busy")
  assert np.argwhere(answer(folder, "case_001")[1]).tolist() == [[4, 9]]


def test_classes_by_key_and_button(tmp_path, browser):
  rng = np.random.default_rng(0)
  images = [rng.integers(0, 255, (20, 30, 3), np.uint8) for _ in range(3)]
  data = cases.pictures(tmp_path / "data", images)
  folder = cases.asked_project(
    tmp_path / "classes", data, ("normal", "pneumonia"), drafts=[1, None]
  )
  with cases.serving(folder) as address:
    browser.open(address)
    assert "guess: pneumonia" in browser.text("hint")
    assert not browser.js(
      "return document.querySelector('#brush').offsetParent"
    )
    browser.keys("1")
    browser.next_case("case_001")
    assert "guess" not in browser.text("hint")
    browser.js("document.querySelector('#answers button').click()")
    browser.next_case("case_002")
    browser.click("back")
    browser.next_case("case_003")
    assert "once more" in browser.text("hint")
    browser.keys("1")
    browser.next_case("case_002")
    browser.keys("k", "blurred", ENTER)
    browser.wait("!alx.work && !alx.busy")
    assert "Nothing waits" in browser.text("hint")
  found, label = answer(folder, "case_001")
  assert (label, found.decision) == (1, "accept")
  found, label = answer(folder, "case_002")
  assert (label, found.revision) == (1, 2)  # 0 was taken back
  assert open_project(folder).state.skips == {("case_003", "anna"): "blurred"}


def test_a_notebook_shows_the_page_in_a_frame(tmp_path, browser):
  from alx.serve import review

  folder, _ = balls(tmp_path)
  page = review(folder)
  try:
    cell = f"<title>cell</title>{page._repr_html_()}"
    (tmp_path / "cell.html").write_text(cell)
    browser.driver.get(f"file://{tmp_path / 'cell.html'}")
    frame = browser.driver.find_element("css selector", "iframe")
    browser.driver.switch_to.frame(frame)
    browser.wait(browser.READY)
    assert browser.text("who") == "anna"
    assert browser.js("return location.hash") == ""  # the token is gone
    browser.click("accept")
    browser.next_case("case_001")
  finally:
    browser.driver.switch_to.default_content()
    page.close()
  assert answer(folder, "case_001")[0].decision == "accept"


@pytest.mark.parametrize("kind", ["files", "frames"])
def test_another_channel_keeps_the_drawing(tmp_path, browser, kind):
  first, second = (
    np.full((6, 7, 8), 3, np.int16),
    np.full((6, 7, 8), 9, np.int16),
  )
  first[0], second[0] = 1, 1
  affine = cases.affine_of("PSL")
  (tmp_path / "data").mkdir()
  if kind == "files":
    for n, array in enumerate((first, second)):
      cases.write_volume(tmp_path / f"data/c_000{n}.nii.gz", array, affine)
  else:
    both = np.stack([first, second], -1)
    cases.write_volume(tmp_path / "data/c.nii.gz", both, affine)
  folder = cases.asked_project(tmp_path / "two", tmp_path / "data")
  shown = (
    "alx.stage.viewer.main.order('move_crosshair_in_vox', [0, 0, 0]);"
    "return alx.stage.viewer.values[0].value"
  )
  with cases.serving(folder) as address:
    browser.open(address)
    browser.keys("b", " ")
    browser.wait("alx.work.changes.length === 1")
    assert browser.js(shown) == 3
    browser.later("await alx.stage.channel(1); return 1;")
    assert browser.js(shown) == 9
    browser.keys("s")
    browser.wait("!alx.work && !alx.busy")
  assert np.count_nonzero(answer(folder, "case_001")[1]) == 9  # 3 wide


def test_a_picture_larger_than_the_screen_can_hold(tmp_path, browser):
  """2048 pixels a side, as WebGL 2 has them without a graphics card."""
  wide = np.zeros((40, 3000), np.uint8)
  data = cases.pictures(tmp_path / "data", [wide])
  folder = cases.asked_project(tmp_path / "classes", data, ("no", "yes"))
  with cases.serving(folder) as address:
    browser.open(address)
    assert browser.js("return alx.stage.viewer.dims") == [2048, 27, 1]
    browser.keys("1")
    browser.wait("!alx.work && !alx.busy")
  folder = cases.asked_project(tmp_path / "maps", data)
  with cases.serving(folder) as address:
    browser.open(address, "alx.work && !alx.busy")
    assert "3000 x 40" in browser.text("error")
    browser.keys("a", "n", "s", "r", "k", "too wide", ENTER)
    browser.wait("!alx.work && !alx.busy")
  assert list(open_project(folder).state.skips.values()) == ["too wide"]
