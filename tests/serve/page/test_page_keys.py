"""The page by keyboard: keys that are held, and keys that are for a list."""

import numpy as np
import pytest

from alx.projects import open_project
from tests.serve.page import page_cases as cases
from tests.serve.page.test_page_people import balls

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DOWN = "\ue015"
CODES = {"Enter": 13, "ArrowUp": 38, "]": 221}


@pytest.fixture(scope="module")
def browser():
  with cases.browsing() as made:
    yield made


def press(browser, key, is_held=False):
  """A key that goes down, or goes on being down, as the browser takes it."""
  told = {"type": "keyDown", "key": key, "autoRepeat": is_held}
  told["windowsVirtualKeyCode"] = CODES.get(key, ord(key[0].upper()))
  if key == "Enter" or len(key) == 1:
    told["text"] = "\r" if key == "Enter" else key
  browser.driver.execute_cdp_cmd("Input.dispatchKeyEvent", told)


def classes(tmp_path):
  images = [np.full((20, 30), n, np.uint8) for n in range(3)]
  data = cases.pictures(tmp_path / "data", images)
  return cases.asked_project(tmp_path / "classes", data, ("no", "yes"))


@pytest.mark.parametrize("key", ["a", "Enter", "1"])
def test_a_key_that_is_held_answers_one_image(tmp_path, browser, key):
  folder = classes(tmp_path) if key == "1" else balls(tmp_path, 2)[0]
  with cases.serving(folder) as address:
    browser.open(address)
    if key == "Enter":
      browser.js("document.getElementById('accept').focus()")
    before = browser.case()
    press(browser, key)
    after = browser.next_case(before)
    if key == "Enter":
      browser.js("document.getElementById('accept').focus()")
    for _ in range(3):
      press(browser, key, is_held=True)
    assert not browser.js("return alx.busy")
    assert browser.case() == after
  assert len(open_project(folder).state.submissions) == 1


def test_a_key_that_is_held_goes_on_moving(tmp_path, browser):
  folder, _ = balls(tmp_path)
  with cases.serving(folder) as address:
    browser.open(address)
    size = "return Number(document.getElementById('size').value)"
    (_, row, _), width = browser.js("return alx.stage.viewer.voxel"), 3
    assert browser.js(size) == width
    for key in ("ArrowUp", "]"):
      press(browser, key)
      for _ in range(2):
        press(browser, key, is_held=True)
    assert browser.js("return alx.stage.viewer.voxel[1]") == row + 3
    assert browser.js(size) == width + 3


def test_letters_in_a_list_choose_from_it_and_decide_nothing(tmp_path, browser):
  folder, _ = balls(tmp_path)
  view = "return document.getElementById('view').value"
  with cases.serving(folder) as address:
    browser.open(address)
    browser.js("document.getElementById('view').focus()")
    browser.keys("a")  # which accepts elsewhere
    assert not browser.js("return alx.busy")
    assert browser.js(view) == "axial"
    browser.keys(DOWN)
    assert browser.js(view) == "coronal"
    browser.js("alx.stage.take('brush'); alx.stage.stamp()")
    browser.keys("s")  # which submits elsewhere
    assert not browser.js("return alx.busy")
    assert browser.js("return document.activeElement.id") == "view"
    assert browser.case() == "case_001"
  assert not open_project(folder).state.submissions


def test_a_list_chosen_from_with_the_mouse_gives_the_keys_back(
  tmp_path, browser
):
  folder, _ = balls(tmp_path)
  with cases.serving(folder) as address:
    browser.open(address)
    browser.click("view")
    assert browser.js("return document.activeElement.id") == "view"
    browser.js(
      "const list = document.getElementById('view'); list.value = 'coronal';"
      "list.dispatchEvent(new Event('change', { bubbles: true }));"
    )
    assert browser.js("return alx.stage.plane") == 1
    browser.keys("a")
    browser.next_case("case_001")
