"""One reader at work in one tab, however the tabs come to agree on it."""

import pytest

from tests.serve.page import page_cases as cases
from tests.serve.page.test_page_people import balls

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser():
  with cases.browsing() as made:
    yield made


@pytest.fixture(autouse=True)
def alone(browser):
  """No tab is left of the test before, and no page."""
  yield
  browser.close_others()
  browser.driver.get("about:blank")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
  folder, _ = balls(tmp_path_factory.mktemp("tabs"))
  with cases.serving(folder) as found:
    yield found


# Tabs of a script talk to each other as those of several windows do.
TABS = (
  "const tabs = await import('./tabs.js'), gone = [], lots = [0.2, 0.8];"
  "const made = (name, how) => Object.assign("
  "  new tabs[name]('test', () => gone.push(name)), how);"
  "const owns = (all) => all.map((tab) => tab.owns);"
  "const pause = (ms) => new Promise((done) => setTimeout(done, ms));"
  "const one = async (all) => {"
  "  for (let n = 0; n < 200; n++) {"
  "    if (owns(all).filter(Boolean).length === 1) break;"
  "    await pause(10); } return owns(all); };"
)


@pytest.mark.parametrize("kind", ["LockedTab", "SpokenTab"])
def test_of_tabs_that_open_together_one_goes_on(browser, address, kind):
  browser.driver.get(address)
  together, *rest = browser.later(
    f"{TABS} const three = [1, 2, 3].map(() => made(arguments[0]));"
    "await Promise.all(three.map("
    "  async (tab, n) => { await pause(50 * n); await tab.enter(); }));"
    "const together = await one(three);"
    "const last = made(arguments[0], { lot: 2 }); await last.enter();"
    "const later = (await one([...three, last]))[3]; gone.length = 0;"
    "await last.take(); const after = await one([...three, last]);"
    "last.close(); const next = made(arguments[0]);"
    "const free = await next.enter(); next.close();"
    "return [together, later, after, free, gone.length];",
    kind,
  )
  assert sorted(together) == [False, False, True]
  assert rest == [False, [False, False, False, True], True, 1]


@pytest.mark.parametrize("asks", [0, 1])
def test_two_that_were_too_busy_to_hear_each_other_come_to_one(
  browser, address, asks
):
  browser.driver.get(address)
  told = browser.later(
    f"{TABS} const pair = lots.map("
    "  (lot) => made('SpokenTab', { lot, owns: true }));"
    "const [asks] = arguments, told = { word: 'who', lot: lots[asks] };"
    "pair[asks].channel.postMessage(told); const found = await one(pair);"
    "await pause(50); return [found, owns(pair), gone.length];",
    asks,
  )
  assert told == [[True, False], [True, False], 1]


def test_a_tab_sent_away_while_it_fetches_shows_nothing(browser, address):
  browser.open(address)
  browser.js(
    "const real = window.fetch;"
    "window.fetch = async (path, how) => {"
    "  if (path.includes('api/image')) await new Promise((go) => {"
    "    window.go = go; });"
    "  return real(path, how); };"
  )
  browser.keys("a")
  browser.wait("Boolean(window.go)")
  browser.js(
    "navigator.locks.request(alx.tab.name, { steal: true },"
    "  () => new Promise((free) => { window.free = free; }));"
  )
  browser.wait("!alx.tab.owns")
  browser.js("go()")
  browser.wait("!alx.busy")
  hidden = "document.querySelector('#desk').hidden"
  assert browser.js(f"return [alx.work, {hidden}]") == [None, True]
  assert "another tab" in browser.text("hint")
  browser.js("free()")


def opened_without_locks(browser, address, ready=cases.Browser.READY):
  """The window of another tab, whose page finds no locks."""
  browser.driver.switch_to.new_window("tab")
  code = "Object.defineProperty(Navigator.prototype, 'locks', { value: null })"
  browser.driver.execute_cdp_cmd(
    "Page.addScriptToEvaluateOnNewDocument", {"source": code}
  )
  browser.open(address, ready)
  return browser.driver.current_window_handle


def test_tabs_without_locks_ask_each_other(browser, address):
  """As pages have none on plain http from another computer."""
  first = opened_without_locks(browser, address)
  assert browser.js("return alx.tab.constructor.name") == "SpokenTab"
  asked = "document.querySelector('#ask').open"
  opened_without_locks(browser, address, asked)
  assert "another tab" in browser.text("ask-text")
  assert not browser.js("return alx.tab.owns")
  browser.driver.switch_to.window(first)
  assert browser.js("return alx.tab.owns")
