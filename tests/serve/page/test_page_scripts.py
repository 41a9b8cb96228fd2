"""The scripts of the page by themselves, run where they run: in a browser."""

import numpy as np
import pytest

from alx.effort.timing import Event, sittings_of
from alx.serve import about
from alx.serve.page.times import active_seconds
from tests.serve.page import page_cases as cases

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
  place = tmp_path_factory.mktemp("scripts")
  data = cases.pictures(place / "data", [np.zeros((3, 4), np.uint8)])
  folder = cases.asked_project(place / "project", data)
  with cases.browsing() as made, cases.serving(folder) as address:
    made.driver.get(address)
    yield made


# Signs of life at these seconds, and what the rule makes of all of them.
LIVES = [
  *([1, 2, 3, 50], [30, 61, 62, 130, 700], list(range(1, 2000, 7))),
  *([10, 1000, 1001, 1002, 3000], [599, 1300], [700, 705, 5000, 5599]),
]


@pytest.mark.parametrize("moments", LIVES, ids=str)
def test_what_the_clock_leaves_out_changes_no_second(browser, moments):
  log, running = browser.later(
    "const { Clock, activeSeconds } = await import('./clock.js');"
    "let now = 1000; const clock = new Clock([], () => now);"
    "for (const t of arguments[0]) { now = 1000 + t; clock.seen(); }"
    "const shown = activeSeconds(clock.log, 600) + clock.since(600);"
    "return [clock.ended('submit'), shown];",
    moments,
  )
  every = [0, *moments]
  kinds = ["open", *["edit"] * (len(moments) - 1), "submit"]
  events = [Event("r", "c", k, t) for k, t in zip(kinds, every, strict=True)]
  wanted = sittings_of(events)[0].active_s
  assert active_seconds(log, "r", "c") == wanted
  assert running == wanted
  assert len(log) <= 6 + 4 * moments[-1] / 60


def test_the_clock_pauses_goes_on_after_a_reload_and_never_runs_backwards(
  browser,
):
  log = browser.later(
    "const { Clock } = await import('./clock.js');"
    "let now = 0; let clock = new Clock([], () => now);"
    "now = 5; clock.drawn(); now = 10; clock.pause(); clock.pause();"
    "now = 500; clock = new Clock(clock.log, () => now);"
    "now = 505; clock.drawn(); now = 400; clock.seen(); now = 510;"
    "return clock.ended('skip');"
  )
  assert log == [
    ["open", 0],
    ["first_edit", 5],
    ["pause", 10],
    ["resume", 500],
    ["skip", 510],
  ]


def test_a_brush_at_the_border_stays_in_its_slice(browser):
  changed = browser.later(
    "const { Stroke, undo } = await import('./strokes.js');"
    "const dims = [4, 3, 2], bits = new Uint8Array(24);"
    "const stroke = new Stroke(bits, dims, 0, 2, 1);"
    "stroke.to([0, 0, 1]); const change = stroke.done();"
    "const after = [...bits]; undo(bits, change);"
    "return [after, [...bits], change.reject];"
  )
  wanted = np.zeros((2, 3, 4), int)  # z, y, x
  wanted[1, 0, :2] = wanted[1, 1, 0] = 2
  assert changed == [wanted.ravel().tolist(), [0] * 24, False]


@pytest.mark.parametrize(("plane", "axes"), [(0, "xy"), (1, "xz"), (2, "yz")])
def test_a_stroke_is_a_line_of_discs_in_its_plane(browser, plane, axes):
  bits = browser.later(
    "const { Stroke, AXES } = await import('./strokes.js');"
    "const dims = [9, 9, 9], bits = new Uint8Array(729);"
    "const stroke = new Stroke(bits, dims, arguments[0], 1, 0);"
    "const [a, b] = AXES[arguments[0]];"
    "const at = (u, v) => { const p = [4, 4, 4]; p[a] = u; p[b] = v;"
    " return p; };"
    "stroke.to(at(1, 2)); stroke.to(at(4, 2)); stroke.to(at(6, 4));"
    "return [...bits];",
    plane,
  )
  found = np.argwhere(np.array(bits).reshape(9, 9, 9).transpose(2, 1, 0))
  a, b = ("xyz".index(name) for name in axes)
  (fixed,) = {0, 1, 2} - {a, b}
  assert (found[:, fixed] == 4).all()
  line = {(1, 2), (2, 2), (3, 2), (4, 2), (5, 3), (6, 4)}
  assert set(map(tuple, found[:, [a, b]].tolist())) == line


def test_a_hand_that_is_still_begins_no_stroke_and_goes_on_after(browser):
  told = browser.later(
    "const { Hand } = await import('./hand.js');"
    "const { Stroke } = await import('./strokes.js');"
    "const done = [], hand = new Hand((stroke) => done.push(stroke.at));"
    "const begun = () => new Stroke(new Uint8Array(4), [4, 1, 1], 0, 1, 0);"
    "const paint = (x) => hand.to([x, 0, 0], 0, begun), found = [];"
    "hand.press(true); found.push(paint(0));"
    "await hand.still(async () => { hand.press(true);"
    "  found.push(paint(1)); throw 0; }).catch(() => {});"
    "found.push(paint(2)); hand.press(true); found.push(paint(2));"
    "hand.drop(); hand.release(); hand.press(false); found.push(paint(3));"
    "return [found, done];"
  )
  assert told == [[True, False, False, True, False], [[0]]]


def test_what_is_kept_is_not_written_again_and_again(browser):
  """What an undo and another stroke come to is new, and as long as before."""
  told = browser.later(
    "const { Work } = await import('./work.js');"
    "const { load, save, forget } = await import('./keep.js');"
    "const sample = { case: 'c', round: 1, image_sha256: 'i',"
    "  draft_sha256: '' };"
    "const work = new Work(sample, 'test'); await work.open();"
    "work.begin({ dims: [2, 2, 1] }, null);"
    "const paint = (voxel) => { const stroke = work.stroke(0, 1, 0);"
    "  stroke.to(voxel); return work.add(stroke); };"
    "const at = async () => (await load(work.key))?.changes?.[0]?.at[0];"
    "const found = []; await paint([1, 0, 0]); found.push(await at());"
    "await save(work.key, 'another tab'); await work.keep();"
    "found.push(await load(work.key));"
    "work.undo(); work.undo(); await paint([0, 1, 0]); found.push(await at());"
    "await work.forget(); await work.keep(); found.push(await at());"
    "await forget(work.key); return found;"
  )
  assert told == [1, "another tab", 2, 2]


def test_a_worklist_says_where_each_case_is_and_counts_what_is_his(browser):
  words = [*about.STATUS, "done"]
  told, progress = browser.later(
    "const { worklist } = await import('./screen.js');"
    "worklist(arguments[0].map((status, n) => ({ case: `c${n}`, status })));"
    "const at = (id) => document.getElementById(id);"
    "const rows = [...at('worklist').querySelectorAll('small')];"
    "return [rows.map(row => row.textContent), at('progress').textContent];",
    words,
  )
  assert told == [
    *("to do", "in your hands", "done", "skipped", "left to others"),
    *("for another time", "your time was over", "done"),
  ]
  assert progress == "3 of 5 done"


def test_an_order_that_is_no_turn_is_refused(browser):
  told = browser.later(
    "const { orderOf } = await import('./order.js');"
    "const eye = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];"
    "const told = [];"
    "for (const turned of ["
    "  [1, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],"
    "  [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],"
    "  [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]]) {"
    "  try { orderOf(eye, turned, [3, 4, 5]); told.push(''); }"
    "  catch (error) { told.push(error.message); } }"
    "return told;"
  )
  assert all("unknown way" in line for line in told)
