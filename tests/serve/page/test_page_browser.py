"""The page in a real browser, headless."""

import numpy as np
import pytest

from alx.projects import open_project
from alx.projects.cases.targets import label_of
from tests.serve.page import page_cases as cases

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser():
  with cases.browsing() as made:
    yield made


@pytest.fixture
def balls(tmp_path):
  """Five balls on odd grids; the third has no draft."""
  image, label = cases.ball()
  axes = ("SLP", "RAS", "PIR", "LAS", "RAS")
  data = cases.volumes(
    tmp_path / "data", [image] * 5, [cases.affine_of(a) for a in axes]
  )
  drafts = [label, label, None, label, label]
  return cases.asked_project(tmp_path / "balls", data, drafts=drafts), label


def answer(folder, uid, reader="anna"):
  """The last answer of a case and its label map."""
  project = open_project(folder)
  found = project.state.submissions[uid, reader][-1]
  if isinstance(found.label, int):
    return found, found.label
  return found, label_of(project, uid, found.label)


def changed(browser):
  """Voxels of the file that the page has changed, with their new values."""
  return browser.later(
    "const { toFile } = await import('./order.js');"
    "const w = alx.work, marks = new Uint8Array(w.bits.length);"
    "for (const c of w.changes) for (const n of c.at) marks[n] = 1;"
    "const [m, b] = [toFile(w.order, marks), toFile(w.order, w.bits)];"
    "return [...m.keys()].filter(n => m[n]).map(n => [n, b[n]]);"
  )


def test_edit_undo_reload_submit_accept_skip(balls, browser):
  folder, draft = balls
  with cases.serving(folder) as address:
    browser.open(address)
    assert browser.case() == "case_001"
    assert "computer's guess" in browser.text("hint")
    browser.js("alx.stage.view('axial')")
    browser.click("brush")
    for place in (0.4, 0.5, 0.6):
      browser.drag((0.4, place), (0.6, place))
    browser.wait("alx.work.changes.length === 3")
    browser.click("undo")
    browser.wait("alx.work.changes.length === 2")
    wanted = changed(browser)
    assert len(wanted) > 10
    browser.open(address)  # a reload in the middle
    assert "where you were" in browser.text("hint")
    assert changed(browser) == wanted
    browser.click("submit")
    assert browser.next_case("case_001") == "case_002"
    browser.click("accept")
    assert browser.next_case("case_002") == "case_003"
    browser.keys("k")
    browser.keys("cut off", "\ue007")
    assert browser.next_case("case_003") == "case_004"
  found, label = answer(folder, "case_001")
  expected = draft.flatten("F")
  for number, value in wanted:
    expected[number] = value
  np.testing.assert_array_equal(label.flatten("F"), expected)
  assert found.decision == "edit"
  assert 0 < found.about["seconds"] < 60
  found, label = answer(folder, "case_002")
  assert found.decision == "accept"
  np.testing.assert_array_equal(label, draft)
  assert open_project(folder).state.skips == {("case_003", "anna"): "cut off"}


def held(browser, *shares):
  """The mouse goes along shares of the canvas and is not let go."""
  from selenium.webdriver.common.action_chains import ActionChains

  canvas = browser.driver.find_element("css selector", "#viewer canvas")
  wide, high = canvas.size["width"], canvas.size["height"]
  chain = ActionChains(browser.driver, duration=20)
  for n, (x, y) in enumerate(shares):
    at = round((x - 0.5) * wide), round((y - 0.5) * high)
    chain.move_to_element_with_offset(canvas, *at)
    if not n:
      chain.click_and_hold()
  chain.perform()
  return ActionChains(browser.driver, duration=20)


def drawn(browser):
  """[voxels of the file] as they are drawn now."""
  return browser.later(
    "const { toFile } = await import('./order.js');"
    "await new Promise((done) => setTimeout(done, 50));"
    "return [...toFile(alx.work.order, alx.work.bits)];"
  )


AXIAL = "alx.stage.view('axial'); alx.stage.take('brush');"


def test_a_stroke_that_is_held_is_of_the_image_it_began_in(balls, browser):
  folder, draft = balls
  with cases.serving(folder) as address:
    browser.open(address)
    browser.js(f"{AXIAL} alx.stage.stamp()")
    before = drawn(browser)
    mouse = held(browser, (0.4, 0.4), (0.5, 0.4), (0.6, 0.4))
    wanted = drawn(browser)
    assert wanted != before
    browser.keys("s")
    browser.next_case("case_001")
    mouse.move_by_offset(0, 40).move_by_offset(-40, 0).release().perform()
    np.testing.assert_array_equal(drawn(browser), draft.flatten("F"))
    assert browser.js("return alx.work.changes.length") == 0
  _, label = answer(folder, "case_001")
  np.testing.assert_array_equal(label.flatten("F"), wanted)


def test_a_stroke_that_is_held_is_done_before_it_is_taken_back(balls, browser):
  folder, draft = balls
  with cases.serving(folder) as address:
    browser.open(address)
    browser.js(AXIAL)
    mouse = held(browser, (0.4, 0.4), (0.5, 0.4), (0.6, 0.4))
    browser.keys("z")
    browser.wait("!alx.busy")
    mouse.release().perform()
    np.testing.assert_array_equal(drawn(browser), draft.flatten("F"))
    assert browser.js("return alx.work.changes.length") == 0


# Labels wait for a word, as on a slow line.
SLOW = (
  "const real = window.fetch;"
  "window.fetch = async (path, how) => {"
  "  if (path.includes('api/label')) await new Promise((go, fail) => {"
  "    window.line = { go, fail }; });"
  "  return real(path, how); };"
)


def test_nothing_is_drawn_while_a_label_is_sent(balls, browser):
  folder, _ = balls
  with cases.serving(folder) as address:
    browser.open(address)
    browser.js(SLOW + AXIAL)
    browser.drag((0.4, 0.4), (0.6, 0.4))
    browser.wait("alx.work.changes.length === 1")
    before = drawn(browser)
    browser.keys("s")
    browser.wait("Boolean(window.line)")
    browser.drag((0.4, 0.5), (0.6, 0.5))
    browser.keys(" ")
    assert drawn(browser) == before
    browser.js("line.fail(); delete window.line")
    browser.wait("!alx.busy")
    assert "does not answer" in browser.text("error")
    browser.drag((0.4, 0.6), (0.6, 0.6))
    browser.wait("alx.work.changes.length === 2")
    wanted = drawn(browser)
    assert wanted != before
    browser.keys("s")
    browser.wait("Boolean(window.line)")
    browser.js("line.go()")
    browser.next_case("case_001")
  _, label = answer(folder, "case_001")
  np.testing.assert_array_equal(label.flatten("F"), wanted)


ODD = [
  *(("RAS", 0.0), ("LPI", 0.0), ("SLP", 0.0), ("PIR", 0.3), ("ASL", -0.4)),
]


def shown_at(browser, voxels):
  """Grey values that NiiVue tells of voxels of its own, [n]."""
  return browser.later(
    "const { viewer } = alx.stage, shown = [];"
    "for (const voxel of arguments[0]) {"
    "  viewer.place(voxel);"
    "  viewer.main.order('move_crosshair_in_vox', [0, 0, 0]);"
    "  shown.push(viewer.values[0].value); }"
    "return shown;",
    voxels,
  )


def test_a_label_comes_back_on_the_grid_of_its_file(tmp_path, browser):
  """Each voxel has a value of its own, so that what is shown tells which."""
  image = np.arange(60, dtype=np.int16).reshape(5, 4, 3)
  affines = [cases.affine_of(axes, tilt=tilt) for axes, tilt in ODD]
  data = cases.volumes(tmp_path / "data", [image] * len(ODD), affines)
  folder = cases.asked_project(tmp_path / "odd", data)
  with cases.serving(folder) as address:
    browser.open(address)
    browser.js("alx.stage.take('brush'); alx.stage.size(-29)")
    for number in range(1, len(ODD) + 1):
      assert browser.case() == f"case_{number:03d}"
      far = [n - 1 for n in browser.js("return alx.stage.viewer.dims")]
      voxels = [[0, 0, 0], [1, 2, 0], [far[0], 0, 1], far]
      for place, voxel in enumerate(voxels):
        browser.js(
          "alx.stage.choose(arguments[0]);"
          "alx.stage.viewer.place(arguments[1]); alx.stage.stamp();",
          1 + place % 2,
          voxel,
        )
      values = shown_at(browser, voxels)
      browser.keys("s")
      browser.wait(
        f"!alx.busy && alx.work?.sample.case !== 'case_{number:03d}'"
      )
      _, label = answer(folder, f"case_{number:03d}")
      assert sorted(image[label == 1]) == sorted(values[0::2])
      assert sorted(image[label == 2]) == sorted(values[1::2])


def test_a_mouse_that_clicks_a_bright_voxel_labels_it(tmp_path, browser):
  """What is seen under the mouse is what is drawn, in each of three planes."""
  image = np.zeros((9, 11, 13), np.int16)
  image[2, 7, 4], image[0, 0, 0], image[0, 0, 1] = 900, 900, 900
  affine = cases.affine_of("PSL", tilt=0.2)
  data = cases.volumes(tmp_path / "data", [image], [affine])
  folder = cases.asked_project(tmp_path / "one", data)
  with cases.serving(folder) as address:
    browser.open(address)
    voxel = browser.later(
      "const { toViewer } = await import('./order.js');"
      "const n = alx.work.bits.length, mark = new Uint8Array(n);"
      "mark[2 + 9 * (7 + 11 * 4)] = 1;"
      "const at = toViewer(alx.work.order, mark).indexOf(1);"
      "const [x, y] = alx.stage.viewer.dims;"
      "return [at % x, Math.floor(at / x) % y, Math.floor(at / x / y)];"
    )
    browser.js("alx.stage.take('brush'); alx.stage.size(-29)")
    for count, plane in enumerate(("axial", "coronal", "sagittal"), 1):
      browser.js(
        "alx.stage.view(arguments[0]); alx.stage.go(arguments[1]);"
        "alx.stage.choose(arguments[2]);",
        *(plane, voxel, 1 + count % 2),
      )
      middle = np.median(bright(browser), 0)
      browser.drag(middle, middle)
      browser.wait(f"alx.work.changes.length === {count}")
    browser.keys("s")
    browser.wait("!alx.work && !alx.busy")
  _, label = answer(folder, "case_001")
  assert np.argwhere(label).tolist() == [[2, 7, 4]]


def bright(browser):
  """[n, 2] where the canvas is white, as shares of its width and height."""
  browser.wait(
    "((c) => c.width === c.clientWidth && c.height === c.clientHeight)"
    "(alx.stage.viewer.canvas)"
  )
  found = browser.later(
    "const c = alx.stage.viewer.canvas;"
    "alx.stage.viewer.main.order('draw_scene');"
    "const copy = document.createElement('canvas');"
    "[copy.width, copy.height] = [c.width, c.height];"
    "const pen = copy.getContext('2d'); pen.drawImage(c, 0, 0);"
    "const { data } = pen.getImageData(0, 0, c.width, c.height);"
    "const found = [];"
    "for (let n = 0; n < c.width * c.height; n++)"
    "  if (Math.min(...data.subarray(4 * n, 4 * n + 3)) > 120)"
    "    found.push([(n % c.width) / c.width,"
    "      Math.floor(n / c.width) / c.height]);"
    "return found;"
  )
  assert found
  return np.array(found)
